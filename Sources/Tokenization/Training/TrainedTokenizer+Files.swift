import Files
public import Foundation

extension TrainedTokenizer {
  /// How a conversation is written.
  public enum ChatTemplate: Sendable, Equatable {
    /// The tokenizer is for plain text.
    case none
    /// `<|im_start|>ROLE`, the content, `<|im_end|>`: both tokens have to be special ones.
    case chatML

    var text: String? {
      switch self {
      case .none: nil
      case .chatML:
        // The line feeds are characters of the template, not escapes: so the embedded base has it.
        "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>'"
          + " + '\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
      }
    }

    /// - Throws: ``TokenizerTrainingError/unknownSpecialToken(_:use:known:)`` if a token that it writes is not among `specialTokens`.
    public func check(_ specialTokens: [String]) throws {
      let needed = self == .chatML ? ["<|im_start|>", "<|im_end|>"] : []
      try TrainedTokenizer.require(needed.map { ("the chat template", $0) }, among: specialTokens)
    }
  }

  /// Which special tokens have a role.
  public struct Roles: Sendable, Equatable {
    /// Ends a text (`eos_token`).
    public var end: String?
    /// Pads the shorter sequences of a batch (`pad_token`).
    public var padding: String?

    public init(end: String?, padding: String?) {
      self.end = end
      self.padding = padding
    }

    /// `<|endoftext|>` as the end and `<|pad|>` as the padding, each if it is among `specialTokens`.
    public init(among specialTokens: [String]) {
      end = specialTokens.first { $0 == "<|endoftext|>" }
      padding = specialTokens.first { $0 == "<|pad|>" }
    }
  }

  /// Writes `tokenizer_config.json`, `special_tokens_map.json` and, last, `tokenizer.json`, each atomically. `BPETokenizer(folder:)` reads
  /// the folder, and in Python `Tokenizer.from_file` and `AutoTokenizer.from_pretrained` do.
  ///
  /// - Parameters:
  ///   - folder: Exists already; what it holds besides is left alone.
  ///   - chatTemplate: Goes into `tokenizer_config.json`.
  ///   - modelMaxLength: How many ids the model reads at once, at least 1.
  ///   - roles: `nil`: ``Roles/init(among:)``.
  /// - Throws: ``TokenizerTrainingError`` if the template or a role needs a token that is not a special one; `FileError`, also when
  ///   `tokenizer.json` would be larger than the files that are read.
  public func write(
    to folder: URL, chatTemplate: ChatTemplate, modelMaxLength: Int, roles: Roles? = nil
  ) throws {
    let roles = roles ?? Roles(among: options.specialTokens)
    try check(chatTemplate, roles, modelMaxLength)
    let json = json
    let file = folder.appendingPathComponent("tokenizer.json", isDirectory: false)
    guard json.count <= JSONFile.sizeLimit else {
      throw FileError.tooLarge(path: file.path, bytes: json.count, limit: JSONFile.sizeLimit)
    }
    let files = [
      ("tokenizer_config.json", Self.configuration(chatTemplate, roles, modelMaxLength)),
      ("special_tokens_map.json", Self.specialTokensMap(roles)),
    ]
    for (name, bytes) in files {
      try AtomicFile.write(Data(bytes), to: folder.appendingPathComponent(name, isDirectory: false))
    }
    try AtomicFile.write(json, to: file)
  }

  private func check(_ template: ChatTemplate, _ roles: Roles, _ modelMaxLength: Int) throws {
    guard modelMaxLength >= 1 else {
      throw TokenizerTrainingError.invalidOption("modelMaxLength", expected: "1 or more", got: "\(modelMaxLength)")
    }
    try template.check(options.specialTokens)
    let roles = [("eos_token", roles.end), ("pad_token", roles.padding)]
    try Self.require(roles.compactMap { use, token in token.map { (use, $0) } }, among: options.specialTokens)
  }

  private static func require(_ tokens: [(use: String, token: String)], among specialTokens: [String]) throws {
    // By bytes: equal strings may be different scalars.
    let known = Set(specialTokens.map { Array($0.utf8) })
    for (use, token) in tokens where !known.contains(Array(token.utf8)) {
      throw TokenizerTrainingError.unknownSpecialToken(token, use: use, known: specialTokens)
    }
  }

  private static func configuration(_ template: ChatTemplate, _ roles: Roles, _ modelMaxLength: Int) -> [UInt8] {
    func value(_ text: String?) -> [UInt8] { text.map(JSONText.quoted) ?? Array("null".utf8) }
    var members: [(name: String, value: [UInt8])] = [
      ("tokenizer_class", value("PreTrainedTokenizerFast")), ("bos_token", value(nil)), ("eos_token", value(roles.end)),
      ("pad_token", value(roles.padding)), ("unk_token", value(nil)),
      ("model_max_length", Array("\(modelMaxLength)".utf8)), ("clean_up_tokenization_spaces", Array("false".utf8)),
    ]
    if let text = template.text { members.append(("chat_template", value(text))) }
    return JSONText.object(members)
  }

  private static func specialTokensMap(_ roles: Roles) -> [UInt8] {
    JSONText.object(
      [("eos_token", roles.end), ("pad_token", roles.padding)].compactMap { name, token in
        token.map { (name, JSONText.quoted($0)) }
      })
  }
}
