public import Files
public import Foundation

extension BPETokenizer {
  /// Reads the tokenizer that `AutoTokenizer` makes of a folder with a `tokenizer.json`. It adds the tokens and flags that only the files
  /// beside it declare, and the parts of the class that these files name.
  init(json file: URL, in folder: URL) throws {
    let tree = try Self.tree(
      Self.contents(of: file, expected: "a tokenizer.json", limit: JSONFile.sizeLimit), file.path)
    let whole = JSONLocation(value: tree, key: JSONLocation.top, file: file.path)
    let configuration = try JSONLocation.optionalFile("tokenizer_config.json", in: folder)
    let named = try TokenizerClass(
      configuration: configuration, model: JSONLocation.optionalFile("config.json", in: folder),
      isByteLevel: Self.hasByteLevel(whole))
    let declared = try DeclaredTokens(
      folder: folder, configuration: configuration, defaults: named.defaults,
      known: whole.optional("added_tokens").map { Array(try $0.elements()) } ?? [])
    let plain = TokenizerReader(top: whole)
    let reading = TokenizerReader(
      top: JSONLocation(value: try named.read(tree), key: JSONLocation.top, file: file.path))
    let model = try reading.model()
    let own = try reading.addedTokens(model)
    let added = try declared.tokens(besides: own, model: model.ids, givesAll: named.givesAllSpecialTokens)
    // What a folder with nothing to add says must not change the digest that experts are bound to.
    var changes: [String] = []
    if named != .file, try !reading.hasParts(of: plain) { changes.append("class \(named)") }
    let before = try named == .file ? own : plain.addedTokens(model)
    if !added.elementsEqual(before, by: { $0 == $1 }) {
      changes.append("tokens " + added.map { $0.line }.joined(separator: "\n"))
    }
    if declared.splitsSpecialTokens { changes.append("split_special_tokens") }
    try self.init(
      reading, model, added, splitsSpecialTokens: declared.splitsSpecialTokens,
      declarations: changes.joined(separator: "\n"))
  }

  /// The digest that binds experts to a tokenizer: of its file and, where the files beside it say more, of what they change.
  ///
  /// - Parameter folder: The one that it was read from.
  /// - Throws: `FileError`.
  public func digest(of folder: URL) throws -> Digest {
    let file = try Digest(ofFile: Self.file(in: folder))
    return declarations.isEmpty ? file : Digest(of: Data((file.description + "\n" + declarations).utf8))
  }

  private static func hasByteLevel(_ file: JSONLocation) throws -> Bool {
    func isThere(_ value: JSONTree) -> Bool {
      switch value {
      case .object(let members):
        members.contains { member in
          if member.name.elementsEqual("type".utf8), case .text(let type) = member.value,
            type.elementsEqual("ByteLevel".utf8)
          {
            return true
          }
          return isThere(member.value)
        }
      case .list(let values): values.contains(where: isThere)
      default: false
      }
    }
    return try ["pre_tokenizer", "decoder", "post_processor"].contains { name in
      try file.optional(name).map { isThere($0.value) } ?? false
    }
  }
}

extension TokenizerClass {
  /// `Qwen2Tokenizer` adds all special tokens once more, which takes their flags.
  var givesAllSpecialTokens: Bool { if case .qwen2 = self { true } else { false } }
}

extension TokenizerReader {
  /// Whether text goes the same way as with another file.
  func hasParts(of other: TokenizerReader) throws -> Bool {
    func written(_ reading: TokenizerReader) throws -> [String] {
      let options = ["fuse_unk", "byte_fallback", "ignore_merges"]
      let model = try reading.top.required("model")
      return try ["\(reading.normalizer())", "\(reading.preTokenizer())", "\(reading.decoder())"]
        + options.map { "\(try model.flag($0, default: false))" }
        + ["\(try model.optional("unk_token")?.bytes() ?? [])"]
    }
    return try written(self) == written(other)
  }
}
