/// What one source says, a file or a command line: some settings with their values.
public struct SettingValues<Root: Configurable>: Sendable {
  private var changes: [Setting<Root>.Change] = []
  /// The names of what is said.
  public private(set) var given: Set<String> = []

  /// Nothing.
  public init() {}

  /// The texts of a command line, by name.
  /// - Throws: ``RunError/invalidConfiguration(key:got:allowed:)``.
  public init(texts: [String: [String]]) throws {
    for setting in Root.settings {
      if let words = texts[setting.name] { try add(setting, setting.parse(words), texts: words, dashes: "--") }
    }
  }

  /// The keys of a file.
  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: SettingKey.self)
    for setting in Root.settings {
      let keys = setting.keys.map(SettingKey.init(stringValue:)).filter { container.contains($0) }
      for key in keys where try !container.decodeNil(forKey: key) {
        guard keys.count == 1 else {
          throw RunError.invalidConfiguration(
            key: keys[0].stringValue, got: "given beside \(keys[1].stringValue)",
            allowed: "one of them: they are the same")
        }
        try add(setting, setting.decode(container, key), texts: nil, dashes: "")
      }
    }
  }

  /// Names of earlier versions come last in a table, so that the settings that replaced them are read first.
  private mutating func add(
    _ setting: Setting<Root>, _ change: @escaping Setting<Root>.Change, texts: [String]?, dashes: String
  ) throws {
    if let earlier = setting.earlier, earlier.excludes, given.contains(earlier.setting) {
      throw RunError.invalidConfiguration(
        key: setting.name, got: "\(texts?.last ?? "given") beside \(dashes)\(earlier.setting)",
        allowed: "\(dashes)\(earlier.setting) alone: \(dashes)\(setting.name) is its name in earlier versions")
    }
    given.insert(setting.earlier?.setting ?? setting.name)
    changes.append(change)
  }

  /// Puts what is said into a configuration.
  ///
  /// - Parameters:
  ///   - root: What keeps what is not said here.
  ///   - resolve: What a path means.
  /// - Throws: ``RunError/invalidConfiguration(key:got:allowed:)``, and what `resolve` throws.
  public func apply(to root: inout Root, resolving resolve: Setting<Root>.Resolving = { path, _ in path }) throws {
    for change in changes { try change(&root, resolve) }
  }
}

/// A file with the keys of a table of settings.
@dynamicMemberLookup
public struct SettingFile<Root: Configurable>: Decodable, Sendable {
  /// What it says.
  public let values: SettingValues<Root>
  /// That, with a default for all else, and paths as they are written.
  public let configuration: Root

  /// A file without a key.
  public init() { (values, configuration) = (SettingValues(), Root()) }

  /// Reads a file.
  /// - Throws: `DecodingError`; ``RunError/invalidConfiguration(key:got:allowed:)`` for keys that exclude each other.
  public init(from decoder: any Decoder) throws {
    values = try SettingValues(from: decoder)
    var root = Root()
    try values.apply(to: &root)
    configuration = root
  }

  /// The keys that such a file may have.
  public static var keys: [String] { Root.settings.flatMap(\.keys) }

  /// The names of the settings that it has.
  public var given: Set<String> { values.given }

  /// A value of it, or the default.
  public subscript<Value>(dynamicMember field: KeyPath<Root, Value>) -> Value { configuration[keyPath: field] }
}

extension SettingFile: Equatable {
  public static func == (one: Self, other: Self) -> Bool {
    one.given == other.given && one.configuration == other.configuration
  }
}
