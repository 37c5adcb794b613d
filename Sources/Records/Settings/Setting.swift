/// One thing that a user can set. A table of these is all that there is to say about the options of a command: flags, keys of YAML files, what
/// a message names, the words of a recorded command and the page of docs/options.md are made from it.
public struct Setting<Root: Configurable>: Sendable {
  /// How a command line has it.
  public enum Arity: Sendable, Equatable {
    /// `--name`.
    case flag
    /// `--name VALUE`.
    case one
    /// `--name VALUE`, as often as one likes.
    case repeated
    /// `--name VALUE VALUE …`.
    case list
  }

  /// What a path means, of which the name of its setting is known.
  public typealias Resolving = (_ path: String, _ name: String) throws -> String

  /// Puts what was given into a configuration.
  package typealias Change = @Sendable (inout Root, Resolving) throws -> Void

  /// The flag without its dashes, and the key.
  public let name: String
  /// Another key that means the same.
  public private(set) var otherKey: String?
  public let arity: Arity
  /// What may stand there.
  public let form: String
  /// All that may stand there, where these are a few words; otherwise empty.
  public let choices: [String]
  /// What it is where nothing is said, as help and docs show it; empty: nothing.
  public let initial: String
  /// Whether there is a flag, not only a key.
  public private(set) var hasFlag = true
  /// Of a name of earlier versions, what it is now.
  public private(set) var earlier: Earlier?
  /// What it changes, where that is one value.
  let field: (any AnyKeyPath & Sendable)?

  /// What it does.
  public let text: String
  let decode: @Sendable (KeyedDecodingContainer<SettingKey>, SettingKey) throws -> Change
  let parse: @Sendable ([String]) throws -> Change
  package let isText: @Sendable (String) -> Bool
  let words: @Sendable (Root) -> [String]

  /// A name that earlier versions had.
  public struct Earlier: Sendable {
    /// The setting that replaced it.
    public let setting: String
    /// Whether the two exclude each other.
    let excludes: Bool
    /// Some values as they are given now: `--output-head trained`.
    public let spelled: @Sendable ([String]) -> String
  }

  /// What it does, with its default.
  public var help: String {
    text.contains("efault") || initial.isEmpty ? text : "\(text) Default: \(initial)."
  }

  /// The keys of a file.
  public var keys: [String] { [name] + (otherKey.map { [$0] } ?? []) }

  /// A setting of any form.
  ///
  /// - Parameters:
  ///   - name: The flag without its dashes, and the key.
  ///   - text: What it does.
  ///   - arity: How a command line has it.
  ///   - form: What may stand there.
  ///   - choices: All that may stand there, where these are a few words.
  ///   - initial: The default as it is shown.
  ///   - field: What it changes, where that is one value.
  ///   - isText: Whether one text of a command line is of the form.
  ///   - decode: Reads the value of a file's key, as a change.
  ///   - parse: Reads the texts of a command line, as a change.
  ///   - words: The texts of a configuration.
  package init(
    _ name: String, _ text: String, arity: Arity, form: String, choices: [String] = [], initial: String,
    field: (any AnyKeyPath & Sendable)? = nil, isText: @escaping @Sendable (String) -> Bool = { _ in true },
    decode: @escaping @Sendable (KeyedDecodingContainer<SettingKey>, SettingKey) throws -> Change,
    parse: @escaping @Sendable ([String]) throws -> Change, words: @escaping @Sendable (Root) -> [String]
  ) {
    (self.name, self.text, self.arity, self.form) = (name, text, arity, form)
    (self.choices, self.initial, self.field) = (choices, initial, field)
    (self.isText, self.decode, self.parse, self.words) = (isText, decode, parse, words)
  }

  /// The words that set it on a command line, as a configuration has it.
  public func arguments(of root: Root) -> [String] {
    guard hasFlag, earlier == nil else { return [] }
    let words = words(root)
    switch arity {
    case .flag: return words.isEmpty ? [] : ["--\(name)"]
    case .list: return words.isEmpty ? [] : ["--\(name)"] + words
    case .one, .repeated: return words.flatMap { ["--\(name)", $0] }
    }
  }
}

extension Setting {
  /// The same under another key of a file, too.
  package func alsoKey(_ key: String) -> Self { with { $0.otherKey = key } }

  /// A key of a file alone.
  package func withoutFlag() -> Self { with { $0.hasFlag = false } }

  /// A name of earlier versions, which is read and shown nowhere.
  package func asEarlier(
    _ setting: String, excludes: Bool = true, _ spelled: @escaping @Sendable ([String]) -> String
  ) -> Self {
    with { $0.earlier = Earlier(setting: setting, excludes: excludes, spelled: spelled) }
  }

  private func with(_ change: (inout Self) -> Void) -> Self {
    var result = self
    change(&result)
    return result
  }
}

/// What is set by a table of settings.
public protocol Configurable: Sendable, Equatable {
  /// With every default.
  init()

  /// Each in the order in which help and docs show them.
  static var settings: [Setting<Self>] { get }

  /// What the help of a command says about a flag; as ``Setting/help`` by default.
  static func flagHelp(of setting: Setting<Self>) -> String
}

extension Configurable {
  public static func flagHelp(of setting: Setting<Self>) -> String { setting.help }

  /// The setting of a name.
  public static func setting(_ name: String) -> Setting<Self>? { settings.first { $0.name == name } }

  /// The name of what changes a value.
  public static func name(of field: PartialKeyPath<Self>) -> String {
    settings.first { ($0.field as AnyKeyPath?) == field }?.name ?? "\(field)"
  }

  /// The words of a command line that make a configuration: every setting spelled out, so that they mean the same when a default has changed.
  public func settingArguments() -> [String] { Self.settings.flatMap { $0.arguments(of: self) } }
}

/// A key of a file: any text.
public struct SettingKey: CodingKey {
  public let stringValue: String
  public var intValue: Int? { nil }
  public init(stringValue: String) { self.stringValue = stringValue }
  public init?(intValue: Int) { nil }
}
