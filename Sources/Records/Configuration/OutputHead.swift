/// How an answer is made.
public enum OutputHead: String, Sendable, CaseIterable {
  /// The model writes the answer: loss on the answer's tokens, prediction = the most probable label.
  case label
  /// A linear head of a task on the last prompt token, trained with the expert, as MoE-CL's released code has it.
  case trained
  /// A closed-form head alone: ridge regression on frozen features of the base. No expert is trained.
  case ridge
  /// Label scores and closed-form head together.
  case both

  /// Whether an expert is trained and takes part.
  public var hasExpert: Bool { self != .ridge }
  /// Whether the closed-form head takes part.
  public var hasRidge: Bool { self == .ridge || self == .both }

  /// The head of a word; earlier versions called `trained` `head`.
  public init?(word: String) {
    guard let head = word == Self.earlierTrained ? .trained : OutputHead(rawValue: word) else { return nil }
    self = head
  }

  private static let earlierTrained = "head"
}

extension OutputHead: Codable {
  /// Reads a head, also by the word that an earlier version wrote.
  /// - Throws: `DecodingError`.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let word = try container.decode(String.self)
    guard let head = OutputHead(word: word) else {
      throw DecodingError.dataCorruptedError(
        in: container,
        debugDescription:
          "`\(word)` is not an output head; allowed: \(Self.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    self = head
  }

  /// Writes the head's word.
  /// - Throws: `EncodingError`.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(rawValue)
  }
}
