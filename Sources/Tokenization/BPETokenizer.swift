/// Byte-pair encoding of bytes or characters, as a Hugging Face `tokenizer.json` or a tiktoken file describes it. Ids and texts equal those
/// of Python's `tokenizers` and `tiktoken`.
///
/// A text is cut at added tokens, normalized, cut into words, and each word's bytes or characters are merged to tokens. The
/// value is immutable, so one may be used from many tasks at once. See docs/tokenizers.md for what is supported.
public struct BPETokenizer: Tokenizer {
  let vocabulary: Vocabulary
  let stages: Stages
  /// What the files beside a tokenizer file change, in lines that say the same for the same changes; empty: nothing.
  let declarations: String

  public var vocabularySize: Int { vocabulary.tokens.count }

  public var composesText: Bool { stages.normalizer.composes }

  public func id(of token: String) -> Int? { vocabulary.id(of: token) }

  /// The ids of `text`, in order.
  ///
  /// - Throws: `TokenizationError.unsplittable`, for a word of more than 4 MiB; with a pre-tokenizer pattern that is not built in for a
  ///   text that it cannot be matched on.
  public func encode(_ text: String, addSpecialTokens: Bool) throws -> [Int] {
    let ids = try collected(of: text, verbatim: stages.verbatimTokens, normalized: stages.normalizedTokens)
    return addSpecialTokens ? stages.template.wrapped(ids) : ids
  }

  /// - Throws: As ``encode(_:addSpecialTokens:)``.
  public func encodePlain(_ text: String) throws -> [Int] {
    try collected(of: text, verbatim: stages.ordinaryVerbatim, normalized: stages.ordinaryNormalized)
  }

  /// The ids of `text` a part at a time, for a text that has too many of them to be held.
  ///
  /// - Parameters:
  ///   - text: Any text.
  ///   - addSpecialTokens: As in ``encode(_:addSpecialTokens:)``.
  ///   - body: Gets the next ids, in order; never none.
  /// - Throws: As ``encode(_:addSpecialTokens:)``; what `body` throws.
  public func encode(_ text: String, addSpecialTokens: Bool, inParts body: ([Int]) throws -> Void) throws {
    var ids = addSpecialTokens ? stages.template.before : []
    try encode(text, verbatim: stages.verbatimTokens, normalized: stages.normalizedTokens, to: &ids) {
      try Self.give(&$0, to: body)
    }
    if addSpecialTokens { ids += stages.template.after }
    if !ids.isEmpty { try body(ids) }
  }

  public func encodePlain(_ text: String, inParts body: ([Int]) throws -> Void) throws {
    var ids: [Int] = []
    try encode(text, verbatim: stages.ordinaryVerbatim, normalized: stages.ordinaryNormalized, to: &ids) {
      try Self.give(&$0, to: body)
    }
    if !ids.isEmpty { try body(ids) }
  }

  private static func give(_ ids: inout [Int], to body: ([Int]) throws -> Void) throws {
    guard ids.count >= partIds else { return }
    try body(ids)
    ids.removeAll(keepingCapacity: true)
  }

  /// Ids of a part at least.
  private static let partIds = 1 << 16
  /// Texts up to this many bytes get room for a third as many ids, longer ones for one id a byte. The system maps no memory for unused room
  /// in so large an array, and growing it would take twice the memory.
  private static let largeText = 1 << 20

  private func collected(of text: String, verbatim: AddedTokens, normalized: AddedTokens) throws -> [Int] {
    var ids: [Int] = []
    let bytes = text.utf8.count
    ids.reserveCapacity(bytes > Self.largeText ? bytes : bytes / 3)
    try encode(text, verbatim: verbatim, normalized: normalized, to: &ids) { _ in }
    return ids
  }

  /// - Parameter settle: Called when some ids are certain; it may take them.
  private func encode(
    _ text: String, verbatim: AddedTokens, normalized: AddedTokens, to ids: inout [Int],
    settle: (inout [Int]) throws -> Void
  ) throws {
    var merger = WordMerger(
      table: vocabulary.merges, symbols: vocabulary.symbols, boundary: vocabulary.boundary)
    let bytes = Array(text.utf8)
    try verbatim.forEachSegment(of: bytes) { segment in
      switch segment {
      case .token(let id): ids.append(id)
      case .text(let range):
        let isAll = range.count == bytes.count
        let text = stages.normalizer.normalized(isAll ? bytes : Array(bytes[range]))
        try encode(
          text, added: normalized, isBeginning: range.lowerBound == 0, with: &merger, to: &ids, settle: settle)
      }
      try settle(&ids)
    }
  }

  /// Encodes normalized text, in which the tokens that are matched after normalizing may still be.
  private func encode(
    _ bytes: [UInt8], added: AddedTokens, isBeginning: Bool, with merger: inout WordMerger, to ids: inout [Int],
    settle: (inout [Int]) throws -> Void
  ) throws {
    try added.forEachSegment(of: bytes) { segment in
      guard case .text(let range) = segment else {
        if case .token(let id) = segment { ids.append(id) }
        return try settle(&ids)
      }
      try stages.preTokenizer.forEachPart(of: bytes[range], isBeginning: isBeginning && range.lowerBound == 0) {
        words in
        for word in words.ranges {
          if !vocabulary.wholeWords.isEmpty, let id = vocabulary.wholeWords[words.bytes[word]] {
            ids.append(Int(id))
          } else {
            do {
              try merger.append(words.bytes, word, to: &ids)
            } catch let error as WordMerger.TooLong {
              throw TokenizationError.unsplittable(
                file: vocabulary.file, key: "model", expected: "words of at most \(WordMerger.longestWord) bytes",
                got: "a word of \(error.bytes) bytes")
            }
          }
          if ids.count >= Self.partIds { try settle(&ids) }
        }
        try settle(&ids)
      }
    }
  }
}
