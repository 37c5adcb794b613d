/// Text that grows with every id: for showing an answer while it is written.
///
/// A piece is given as soon as no later id can change it, and always holds whole characters; all pieces together are what
/// decoding all ids at once gives. A run of byte-fallback tokens (`<0xE4>`) is given when it ends, because one byte out of
/// place turns the whole run into U+FFFD.
///
/// ```swift
/// var stream = tokenizer.textStream(skipSpecialTokens: true)
/// for id in ids { print(try stream.append(id), terminator: "") }
/// print(try stream.finish())
/// ```
public struct TextStream: Sendable {
  private enum Source: Sendable {
    case bpe(BPETokenizer, Detokenizer)
    /// Of a tokenizer that can only decode as a whole: the ids so far.
    case whole(any Tokenizer, [Int])
  }

  private var source: Source
  private let skipsSpecialTokens: Bool
  private var position = 0

  init(_ tokenizer: BPETokenizer, skipSpecialTokens: Bool) {
    source = .bpe(tokenizer, Detokenizer(tokenizer.stages.decoder))
    skipsSpecialTokens = skipSpecialTokens
  }

  init(collecting tokenizer: any Tokenizer, skipSpecialTokens: Bool) {
    source = .whole(tokenizer, [])
    skipsSpecialTokens = skipSpecialTokens
  }

  /// The text that is certain after one more id; often empty.
  ///
  /// - Throws: `TokenizationError.unknownID` when the id is none of the tokenizer's; the stream is as before then.
  public mutating func append(_ id: Int) throws -> String {
    switch source {
    case .bpe(let tokenizer, var detokenizer):
      if let bytes = try tokenizer.bytes(of: id, at: position, skipSpecialTokens: skipsSpecialTokens) {
        detokenizer.push(bytes)
        detokenizer.settle()
      }
      position += 1
      let text = detokenizer.taken()
      source = .bpe(tokenizer, detokenizer)
      return text
    case .whole(let tokenizer, let ids):
      source = .whole(tokenizer, ids + [id])
      return ""
    }
  }

  /// The text that waited for more ids; the stream begins anew after it.
  ///
  /// - Throws: What decoding throws, only for a tokenizer that decodes as a whole.
  public mutating func finish() throws -> String {
    position = 0
    switch source {
    case .bpe(let tokenizer, var detokenizer):
      detokenizer.finish()
      source = .bpe(tokenizer, Detokenizer(tokenizer.stages.decoder))
      return detokenizer.taken()
    case .whole(let tokenizer, let ids):
      source = .whole(tokenizer, [])
      return try tokenizer.decode(ids, skipSpecialTokens: skipsSpecialTokens)
    }
  }
}

extension Tokenizer {
  /// A stream that gives all its text at the end: what a tokenizer has that cannot do better.
  public func textStream(skipSpecialTokens: Bool) -> TextStream {
    TextStream(collecting: self, skipSpecialTokens: skipSpecialTokens)
  }
}
