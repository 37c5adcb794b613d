/// The tokens of a model: how they are spelled, how text becomes them, and how they merge.
struct Vocabulary: Sendable {
  struct Token: Sendable {
    /// What the token gives to the decoder.
    let bytes: [UInt8]
    let isSpecial: Bool
  }

  /// The file this came from, for errors.
  let file: String
  /// By id; there is one for each of `0..<count`.
  let tokens: [Token]
  let symbols: Symbols
  let merges: MergeTable
  /// Words which are one token whatever the merges say (`ignore_merges`), as they stand in cut text; empty without it.
  let wholeWords: [ArraySlice<UInt8>: Int32]
  /// By the UTF-8 of the spelling: `String` keys would take canonically equivalent spellings for one.
  let idsBySpelling: [[UInt8]: Int]
  /// See ``WordMerger``.
  let boundary: [UInt8]?

  func id(of spelling: String) -> Int? { idsBySpelling[Array(spelling.utf8)] }
}
