import Files
public import Foundation

extension ByteLevelBPE {
  /// Builds the tokenizer from a `tokenizer.json` that is in memory already.
  ///
  /// - Parameters:
  ///   - data: the JSON text.
  ///   - file: where it came from, for errors.
  /// - Throws: as ``init(contentsOf:)``.
  public init(data: Data, file: String) throws {
    guard data.withUnsafeBytes(JSONFile.nestingDepth) <= JSONFile.depthLimit else {
      throw TokenizationError.malformed(
        file: file, key: "top level", expected: "a tokenizer.json",
        got: "brackets nested deeper than \(JSONFile.depthLimit) levels")
    }
    let contents: TokenizerFile
    do {
      contents = try JSONDecoder().decode(TokenizerFile.self, from: data)
    } catch let error as DecodingError {
      throw TokenizationError(error, file: file)
    }
    let reading = Reading(file: file)
    try reading.checkRest(of: contents)
    let added = try reading.checked(contents.addedTokens ?? [], vocabulary: contents.model.vocabulary)
    let normalizer = try reading.normalizer(contents.normalizer)
    vocabulary = try Vocabulary(contents.model, added: added, normalizer: normalizer, file: file)
    stages = Stages(
      verbatimTokens: AddedTokens(added.filter { !$0.normalized }.map { reading.token($0, .none) }),
      normalizedTokens: AddedTokens(added.filter(\.normalized).map { reading.token($0, normalizer) }),
      normalizer: normalizer,
      preTokenizer: try reading.preTokenizer(contents.preTokenizer),
      template: try reading.template(contents.postProcessor, vocabularySize: vocabulary.tokens.count))
  }
}

/// The reading of one file: what its parts mean, and errors that name it where they mean nothing here.
struct Reading {
  let file: String

  func unsupported(_ key: String, expected: String, got: String) -> TokenizationError {
    .unsupported(file: file, key: key, expected: expected, got: got)
  }

  func inconsistent(_ key: String, expected: String, got: String) -> TokenizationError {
    .inconsistent(file: file, key: key, expected: expected, got: got)
  }

  /// Refuses what would change ids and is not done here.
  func checkRest(of contents: TokenizerFile) throws {
    if contents.truncation != nil { throw unsupported("truncation", expected: "null", got: "a truncation rule") }
    if contents.padding != nil { throw unsupported("padding", expected: "null", got: "a padding rule") }
    let model = contents.model
    guard model.type ?? "BPE" == "BPE" else {
      throw unsupported("model.type", expected: "\"BPE\"", got: "\"\(model.type ?? "")\"")
    }
    if let dropout = model.dropout, dropout != 0 {
      throw unsupported("model.dropout", expected: "null or 0", got: "\(dropout)")
    }
    if model.byteFallback == true { throw unsupported("model.byte_fallback", expected: "false", got: "true") }
    let affixes = [
      ("model.continuing_subword_prefix", model.continuingSubwordPrefix),
      ("model.end_of_word_suffix", model.endOfWordSuffix),
    ]
    for case (let key, let affix?) in affixes where !affix.isEmpty {
      throw unsupported(key, expected: "null or \"\"", got: "\"\(affix)\"")
    }
    guard contents.decoder?.type == "ByteLevel" else {
      throw unsupported("decoder", expected: "ByteLevel", got: contents.decoder?.type ?? "null")
    }
  }

  func normalizer(_ normalizer: TokenizerFile.Typed?) throws -> Normalizer {
    switch normalizer?.type {
    case nil: .none
    case "NFC": .nfc
    case let type?: throw unsupported("normalizer", expected: "null or NFC", got: type)
    }
  }

  /// The added tokens, when none contradicts another or the vocabulary.
  func checked(
    _ added: [TokenizerFile.AddedToken], vocabulary: TokenizerFile.Spellings
  ) throws -> [TokenizerFile.AddedToken] {
    var seen: Set<[UInt8]> = []
    for (index, token) in added.enumerated() {
      let key = "added_tokens[\(index)]"
      if token.singleWord { throw unsupported("\(key).single_word", expected: "false", got: "true") }
      if token.content.isEmpty { throw inconsistent("\(key).content", expected: "some text", got: "\"\"") }
      if !seen.insert(Array(token.content.utf8)).inserted {
        throw inconsistent("\(key).content", expected: "each token once", got: "\"\(token.content)\" again")
      }
      if let id = vocabulary[token.content], id != token.id {
        throw inconsistent("\(key).id", expected: "\(id), as in model.vocab", got: "\(token.id)")
      }
    }
    return added
  }

  /// How a token is looked for; in normalized text its own normalized form is.
  func token(_ token: TokenizerFile.AddedToken, _ normalizer: Normalizer) -> AddedTokens.Token {
    AddedTokens.Token(
      id: token.id, bytes: normalizer.normalized(Array(token.content.utf8)[...]), stripsLeft: token.lstrip,
      stripsRight: token.rstrip)
  }
}

extension TokenizationError {
  /// The same error in this module's words.
  init(_ error: DecodingError, file: String) {
    func key(_ path: [any CodingKey], _ last: String? = nil) -> String {
      var key = ""
      for part in path {
        key += part.intValue.map { "[\($0)]" } ?? (key.isEmpty ? part.stringValue : "." + part.stringValue)
      }
      if let last { key += key.isEmpty ? last : "." + last }
      return key.isEmpty ? "top level" : key
    }
    switch error {
    case .typeMismatch(let type, let context):
      self = .malformed(
        file: file, key: key(context.codingPath), expected: "a value of type \(type)",
        got: "another type (\(context.debugDescription))")
    case .valueNotFound(let type, let context):
      self = .malformed(
        file: file, key: key(context.codingPath), expected: "a value of type \(type)", got: "null")
    case .keyNotFound(let missing, let context):
      self = .malformed(
        file: file, key: key(context.codingPath, missing.stringValue), expected: "a value", got: "no such key")
    case .dataCorrupted(let context):
      // Of a broken file the text says only that it is; what is wrong and where is in the error below it.
      let cause = (context.underlyingError as NSError?)?.userInfo["NSDebugDescription"].map { " \($0)" } ?? ""
      self = .malformed(
        file: file, key: key(context.codingPath), expected: "a tokenizer.json",
        got: "something else (\(context.debugDescription)\(cause))")
    @unknown default:
      self = .malformed(file: file, key: "top level", expected: "a tokenizer.json", got: "\(error)")
    }
  }
}
