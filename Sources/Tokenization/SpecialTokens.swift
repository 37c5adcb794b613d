import Files
public import Foundation

/// The tokens with a role of their own, as the files beside a tokenizer name them, with the tokenizer's own ids.
///
/// `tokenizer_config.json` and `special_tokens_map.json` name them by text, which the tokenizer turns into ids;
/// `generation_config.json` and `config.json` give ids, which are wrong in some published checkpoints (Hunyuan-Large:
/// beginning 1, end 2, padding 0, which are `"`, `#` and `!`). ``contradictions`` tells where the two differ.
public struct SpecialTokens: Sendable, Equatable {
  /// What a token is for.
  public enum Role: String, Sendable, CaseIterable {
    case beginning = "bos_token"
    case end = "eos_token"
    case padding = "pad_token"
    case unknown = "unk_token"

    /// The key under which model files give its id.
    var idKey: String { rawValue + "_id" }
  }

  /// A token and who names it.
  public struct Token: Sendable, Equatable {
    /// How it is spelled.
    public let text: String
    /// The tokenizer's id of ``text``.
    public let id: Int
    /// The file that gives it this role.
    public let file: String
  }

  /// Ids that a file of the model gives a role.
  public struct Declaration: Sendable, Equatable {
    /// What the ids are said to be for.
    public let role: Role
    /// More than one where several tokens end an answer.
    public let ids: [Int]
    /// The file that says so.
    public let file: String
  }

  /// By role. `special_tokens_map.json` comes before `tokenizer_config.json`. A configuration with `added_tokens_decoder` comes first; the map
  /// adds only the roles that are missing there.
  public let tokens: [Role: Token]
  /// What `generation_config.json` says, then what `config.json` says.
  public let declarations: [Declaration]

  /// `bos_token`; `nil` where no file names one, as for the others.
  public var beginning: Token? { tokens[.beginning] }
  /// `eos_token`.
  public var end: Token? { tokens[.end] }
  /// `pad_token`.
  public var padding: Token? { tokens[.padding] }
  /// `unk_token`.
  public var unknown: Token? { tokens[.unknown] }

  /// Declarations without the id that the tokenizer has for the role.
  public var contradictions: [Declaration] {
    declarations.filter { declaration in tokens[declaration.role].map { !declaration.ids.contains($0.id) } ?? false }
  }

  /// The ids that end an answer: those of `generation_config.json` if the tokenizer's end token is among them or it has none,
  /// else that token alone, else those of `config.json`.
  public var endIDs: [Int] {
    let declared = declarations.filter { $0.role == .end }
    guard let end else { return declared.first?.ids ?? [] }
    return declared.first { $0.ids.contains(end.id) }?.ids ?? [end.id]
  }

  /// Reads the files of a checkpoint folder; each of them may be missing.
  ///
  /// - Throws: `TokenizationError` when a file is broken, or names a token that the tokenizer does not have.
  public init(folder: URL, tokenizer: some Tokenizer) throws {
    var tokens: [Role: Token] = [:]
    let names = ["tokenizer_config.json", "special_tokens_map.json"]
    let files = try names.map { ($0, try JSONLocation.optionalFile($0, in: folder)) }
    let isComplete = try files[0].1?.optional("added_tokens_decoder") != nil
    for (name, file) in isComplete ? files : files.reversed() {
      guard let file else { continue }
      for role in Role.allCases where tokens[role] == nil {
        guard let location = try file.optional(role.rawValue) else { continue }
        // Written as the text itself, or as an object that also says how the token is looked for.
        let text =
          if case .text = location.value { try location.text() } else { try location.required("content").text() }
        guard let id = tokenizer.id(of: text) else {
          throw location.inconsistent("a token of the tokenizer", got: JSONLocation.shown(text))
        }
        tokens[role] = Token(text: text, id: id, file: name)
      }
    }
    self.tokens = tokens
    declarations = try ["generation_config.json", "config.json"].flatMap { name in
      try JSONLocation.optionalFile(name, in: folder).map { try Self.declarations(in: $0, name: name) } ?? []
    }
  }

  private static func declarations(in file: JSONLocation, name: String) throws -> [Declaration] {
    try Role.allCases.compactMap { role in
      guard let location = try file.optional(role.idKey) else { return nil }
      if case .list = location.value {
        return Declaration(role: role, ids: try location.elements().map { try $0.integer() }, file: name)
      }
      return Declaration(role: role, ids: [try location.integer()], file: name)
    }
  }
}
