public import Files
public import Foundation
public import Tokenization

/// How documents become tokens: a tokenizer with the token that ends a document, and the digest that shards remember it by.
public struct CorpusTokenizer: Sendable {
  public let tokenizer: any Tokenizer
  /// Of the tokenizer's file.
  public let digest: Digest
  /// The token after each document.
  public let end: Int

  /// - Throws: ``CorpusError/tokenizer(_:)`` if the end token is none of the tokenizer's, or it has more ids than four bytes hold.
  public init(_ tokenizer: any Tokenizer, digest: Digest, end: Int) throws {
    guard (1...Int(Int32.max)).contains(tokenizer.vocabularySize) else {
      throw CorpusError.tokenizer(
        .init(
          "tokenizer", expected: "1 to \(Int32.max) tokens", got: "\(tokenizer.vocabularySize)",
          fix: "Use another tokenizer."))
    }
    guard (0..<tokenizer.vocabularySize).contains(end) else {
      throw CorpusError.tokenizer(
        .init(
          "tokenizer", expected: "an end token in 0..<\(tokenizer.vocabularySize)", got: "\(end)",
          fix: "Name one of its tokens as eos_token in tokenizer_config.json."))
    }
    self.tokenizer = tokenizer
    self.digest = digest
    self.end = end
  }

  /// The tokenizer of a checkpoint folder, with its `eos_token`.
  ///
  /// - Throws: `TokenizationError`; ``CorpusError/tokenizer(_:)`` if no file names an end token.
  public init(folder: URL) throws {
    let tokenizer = try BPETokenizer(folder: folder)
    guard let end = try SpecialTokens(folder: folder, tokenizer: tokenizer).end else {
      throw CorpusError.tokenizer(
        .init(
          folder.path, expected: "an eos_token in tokenizer_config.json or special_tokens_map.json", got: "none",
          fix: "Name the token that ends a document there."))
    }
    try self.init(tokenizer, digest: tokenizer.digest(of: folder), end: end.id)
  }

  /// The number of ids.
  public var vocabularySize: Int { tokenizer.vocabularySize }

  /// The bytes that a token takes in a shard.
  var bytesPerToken: Int { Self.bytesPerToken(vocabularySize: vocabularySize) }

  static func bytesPerToken(vocabularySize: Int) -> Int { vocabularySize <= 1 << 16 ? 2 : 4 }
}
