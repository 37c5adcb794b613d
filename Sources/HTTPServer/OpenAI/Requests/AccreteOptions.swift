import Files

/// Options of our own: the object `accrete` of a request (`extra_body` of OpenAI's clients).
public struct AccreteOptions: Sendable {
  /// What becomes of a text that no task claims.
  public enum Unknown: String, Sendable, CaseIterable {
    /// The base answers.
    case base
    /// Nobody does.
    case refuse
  }

  /// `nil`: the request does not say.
  public var unknown: Unknown?
  /// After which nobody waits any more.
  public var deadline: Duration?
  /// What keeps beginnings of prompts that were read from those of other salts.
  public var cacheSalt: String?
  /// Of which labels the answer tells; `nil`: of all.
  public var labels: [String]?
  /// Whether the answer tells how long it took.
  public var isTraced = false
  /// Texts of which the answer is one.
  public var choice: [String]?
  /// Whether a completion's prompt may spell special tokens.
  public var allowsSpecialTokens = false

  /// As no request asks for anything.
  public init() {}

  /// An option, by its name.
  enum Name: String, CaseIterable {
    case unknown, labels, trace, choice, special
    case deadline = "deadline_ms"
    case cacheSalt = "cache_salt"

    /// Those that each request has.
    static let ofChat: Set<Name> = [.unknown, .deadline, .cacheSalt, .labels, .trace, .choice]
    static let ofCompletions: Set<Name> = [.unknown, .deadline, .cacheSalt, .trace, .choice, .special]
    static let ofClassify: Set<Name> = [.unknown, .deadline, .trace]
    static let ofRoute: Set<Name> = [.deadline, .trace]
  }

  /// The longest that a request may take, in milliseconds.
  public static let longestDeadline = 600_000
  /// Of `labels`.
  public static let mostLabels = 64
  /// Of `choice`.
  public static let mostTexts = 256
  static let longestText = 1_024
  static let longestSalt = 256

  static let rules: [Name: String] = [
    .unknown: "base or refuse: what becomes of a text that no task claims; default what the server was started with",
    .deadline: "a whole number, 1 to 600000", .cacheSalt: "a text of 1 to 256 bytes",
    .labels: "a list of 1 to 64 labels", .trace: "true or false: whether the answer tells how long it took",
    .choice: "a list of 1 to 256 texts",
    .special: "true or false",
  ]

  /// - Parameters:
  ///   - reader: The whole request.
  ///   - names: Which options it has.
  init(
    _ reader: FieldReader, names: Set<Name>, unknown policy: UnknownFields, ignored: inout IgnoredFields
  ) throws(APIError) {
    guard let members = try reader.object("accrete") else { return }
    let fields = Name.allCases.map { name -> RequestField in
      names.contains(name)
        ? .works(name.rawValue, Self.rules[name] ?? "")
        : .refused(name.rawValue, "it has no meaning in this request. Leave it out.")
    }
    try FieldReader.check(members, by: fields, at: "accrete", unknown: policy, ignored: &ignored)
    let options = FieldReader(members, at: "accrete")
    if let word = options["unknown"] {
      guard let text = word.string,
        let known = Unknown.allCases.first(where: { $0.rawValue.hasSameCodePoints(as: text) })
      else { throw options.invalid("unknown", expected: "base or refuse", word) }
      unknown = known
    }
    deadline = try options.integer("deadline_ms", 1...Self.longestDeadline).map { .milliseconds($0) }
    cacheSalt = try options.text("cache_salt", bytes: 1...Self.longestSalt)
    labels = try options.distinctTexts("labels", count: 1...Self.mostLabels, bytes: 1...Self.longestText)
    isTraced = try options.boolean("trace") ?? false
    choice = try options.distinctTexts("choice", count: 1...Self.mostTexts, bytes: 1...Self.longestText)
    allowsSpecialTokens = try options.boolean("special") ?? false
  }
}
