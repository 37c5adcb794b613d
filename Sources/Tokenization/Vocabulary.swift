/// The tokens of a model: what they decode to, what they are called, and how they merge.
struct Vocabulary: Sendable {
  struct Token: Sendable {
    /// What the token adds to decoded text.
    let bytes: [UInt8]
    let isSpecial: Bool
  }

  /// The file this came from, for errors.
  let file: String
  /// By id; there is one for each of `0..<count`.
  let tokens: [Token]
  /// The token of each of the 256 bytes.
  let byteIDs: [Int32]
  let merges: MergeTable
  /// Words which are one token whatever the merges say (`ignore_merges`), by the bytes they spell; empty without it.
  let wholeWords: [ArraySlice<UInt8>: Int32]
  /// By the UTF-8 of the spelling: `String` keys would take canonically equivalent spellings for one.
  let idsBySpelling: [[UInt8]: Int]

  func id(of spelling: String) -> Int? { idsBySpelling[Array(spelling.utf8)] }
}
