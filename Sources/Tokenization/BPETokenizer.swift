/// Byte-pair encoding, of bytes or of characters, as a Hugging Face `tokenizer.json` or a tiktoken file describes it; ids and
/// texts are equal to those of Python's `tokenizers` and `tiktoken`.
///
/// A text is cut at added tokens, normalized, cut into words, and each word's bytes or characters are merged to tokens. The
/// value is immutable, so one may be used from many tasks at once. See docs/tokenizers.md for what is supported.
public struct BPETokenizer: Tokenizer {
  let vocabulary: Vocabulary
  let stages: Stages
  /// What the files beside a tokenizer file change, in lines that say the same for the same changes; empty: nothing.
  let declarations: String

  public var vocabularySize: Int { vocabulary.tokens.count }

  public func id(of token: String) -> Int? { vocabulary.id(of: token) }

  /// The ids of `text`, in order.
  ///
  /// - Throws: `TokenizationError.unsplittable`, only with a pre-tokenizer pattern that is not built in.
  public func encode(_ text: String, addSpecialTokens: Bool) throws -> [Int] {
    let ids = try ids(of: text, verbatim: stages.verbatimTokens, normalized: stages.normalizedTokens)
    return addSpecialTokens ? stages.template.wrapped(ids) : ids
  }

  /// - Throws: as ``encode(_:addSpecialTokens:)``.
  public func encodePlain(_ text: String) throws -> [Int] {
    try ids(of: text, verbatim: stages.ordinaryVerbatim, normalized: stages.ordinaryNormalized)
  }

  private func ids(of text: String, verbatim: AddedTokens, normalized: AddedTokens) throws -> [Int] {
    var ids: [Int] = []
    var merger = WordMerger(
      table: vocabulary.merges, symbols: vocabulary.symbols, boundary: vocabulary.boundary)
    let bytes = Array(text.utf8)
    ids.reserveCapacity(bytes.count / 3)
    for segment in verbatim.segments(of: bytes) {
      switch segment {
      case .token(let id): ids.append(id)
      case .text(let range):
        try encode(
          stages.normalizer.normalized(bytes[range]), added: normalized, isBeginning: range.lowerBound == 0,
          with: &merger, to: &ids)
      }
    }
    return ids
  }

  /// Encodes normalized text, in which the tokens that are matched after normalizing may still be.
  private func encode(
    _ bytes: [UInt8], added: AddedTokens, isBeginning: Bool, with merger: inout WordMerger, to ids: inout [Int]
  ) throws {
    for segment in added.segments(of: bytes) {
      switch segment {
      case .token(let id): ids.append(id)
      case .text(let range):
        let words = try stages.preTokenizer.words(
          of: range.count == bytes.count ? bytes : Array(bytes[range]),
          isBeginning: isBeginning && range.lowerBound == 0)
        for word in words.ranges {
          if !vocabulary.wholeWords.isEmpty, let id = vocabulary.wholeWords[words.bytes[word]] {
            ids.append(Int(id))
          } else {
            merger.append(words.bytes, word, to: &ids)
          }
        }
      }
    }
  }
}
