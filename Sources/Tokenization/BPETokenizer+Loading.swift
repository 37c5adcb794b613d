import Files
public import Foundation

extension BPETokenizer {
  /// Reads a `tokenizer.json`.
  ///
  /// - Throws: `TokenizationError` when the file is missing, is not JSON, contradicts itself, or asks for something that
  ///   is not supported; the error names the file and the key.
  public init(contentsOf url: URL) throws {
    try self.init(
      data: Self.contents(of: url, expected: "a tokenizer.json", limit: JSONFile.sizeLimit), file: url.path)
  }

  /// Builds the tokenizer from a `tokenizer.json` that is in memory already.
  ///
  /// - Parameters:
  ///   - data: The JSON text.
  ///   - file: Where it came from, for errors.
  /// - Throws: As ``init(contentsOf:)``.
  public init(data: Data, file: String) throws {
    let reading = TokenizerReader(
      top: JSONLocation(value: try Self.tree(data, file), key: JSONLocation.top, file: file))
    let model = try reading.model()
    try self.init(reading, model, reading.addedTokens(model), splitsSpecialTokens: false, declarations: "")
  }

  static func tree(_ data: Data, _ file: String) throws -> JSONTree {
    do {
      return try JSONTree(parsing: data, path: file)
    } catch FileError.malformedJSON(_, let reason) {
      throw TokenizationError.malformed(file: file, key: JSONLocation.top, expected: "a tokenizer.json", got: reason)
    }
  }

  /// - Parameters:
  ///   - added: The tokens that are looked for in text.
  ///   - splitsSpecialTokens: Whether special ones are not.
  ///   - declarations: See ``declarations``.
  init(
    _ reading: TokenizerReader, _ model: ModelFile, _ added: [AddedTokenFile], splitsSpecialTokens: Bool,
    declarations: String
  ) throws {
    let bytes = added.reduce(0) { $0 + $1.content.count }
    guard bytes <= AddedTokens.mostBytes else {
      throw TokenizationError.unsupported(
        file: reading.top.file, key: "added_tokens", expected: "at most \(AddedTokens.mostBytes) bytes in all",
        got: "\(bytes)")
    }
    self.declarations = declarations
    let searched = added.filter { !(splitsSpecialTokens && $0.isSpecial) }
    let normalizer = try reading.normalizer()
    let preTokenizer = try reading.preTokenizer()
    let decoder = try reading.decoder()
    vocabulary = try Vocabulary(
      model, added: added, form: Vocabulary.Form(isByteLevel: preTokenizer.isByteLevel, decoder: decoder),
      normalizer: normalizer)
    stages = Stages(
      verbatimTokens: AddedTokens(searched.filter { !$0.isNormalized }.map { $0.searched(.none) }),
      normalizedTokens: AddedTokens(searched.filter(\.isNormalized).map { $0.searched(normalizer) }),
      normalizer: normalizer, preTokenizer: preTokenizer.value,
      template: try reading.template(vocabularySize: vocabulary.tokens.count), decoder: decoder)
  }

  /// The bytes of a tokenizer file: what is not a regular file, or is too large to be parsed, is refused before its bytes are taken.
  static func contents(of url: URL, expected: String, limit: Int) throws -> Data {
    do {
      let mapped = try MappedFile(url)
      guard mapped.bytes.count <= limit else {
        throw TokenizationError.malformed(
          file: url.path, key: JSONLocation.top, expected: "at most \(limit) bytes", got: "\(mapped.bytes.count)")
      }
      return mapped.data()
    } catch let error as TokenizationError {
      throw error
    } catch FileError.notReadable(_, let reason) {
      throw TokenizationError.unreadable(file: url.path, expected: expected, got: reason)
    } catch {
      throw TokenizationError.unreadable(
        file: url.path, expected: expected, got: "the file is missing or cannot be read")
    }
  }
}
