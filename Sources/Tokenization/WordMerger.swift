/// Turns words into tokens by merging, again and again, the adjacent pair of lowest rank (the leftmost of equals).
///
/// Holds the working storage, so that a whole text is encoded without an allocation for each word.
struct WordMerger {
  private let table: MergeTable
  private let symbols: Symbols
  /// What no token has within it behind another character, so that words can be cut before it; `nil` where none is known.
  private let boundary: [UInt8]?
  private var ids: [Int32] = []
  /// The merge of each token with the one after it.
  private var merges: [MergeTable.Merge] = []

  /// The most bytes of a word, which is merged as a whole and takes 44 times its bytes of memory meanwhile.
  static let longestWord = 4 << 20

  /// A word of more bytes than ``longestWord``.
  struct TooLong: Error {
    let bytes: Int
  }

  /// Words up to this many tokens are merged by searching them through; in longer ones that would take quadratic time.
  private static let longestSearched = 64
  /// Working storage of a longer word is given back.
  private static let keptWord = 1 << 16

  init(table: MergeTable, symbols: Symbols, boundary: [UInt8]? = nil) {
    self.table = table
    self.symbols = symbols
    self.boundary = boundary
  }

  /// Appends the tokens of the word `range` of `bytes`.
  /// - Throws: ``TooLong``.
  mutating func append(_ bytes: [UInt8], _ range: Range<Int>, to output: inout [Int]) throws {
    guard let boundary else { return try merge(bytes, range, to: &output) }
    var start = range.lowerBound
    var index = start
    var isInBoundary = true
    while index < range.upperBound {
      if bytes[index] == boundary[0], index + boundary.count <= range.upperBound,
        bytes[index..<index + boundary.count].elementsEqual(boundary)
      {
        if !isInBoundary {
          try merge(bytes, start..<index, to: &output)
          start = index
        }
        isInBoundary = true
        index += boundary.count
      } else {
        isInBoundary = false
        index += 1
      }
    }
    try merge(bytes, start..<range.upperBound, to: &output)
  }

  private mutating func merge(_ bytes: [UInt8], _ range: Range<Int>, to output: inout [Int]) throws {
    guard range.count <= Self.longestWord else { throw TooLong(bytes: range.count) }
    ids.removeAll(keepingCapacity: ids.count <= Self.keptWord)
    symbols.append(bytes, range, to: &ids)
    if ids.count <= Self.longestSearched {
      if ids.count > 1 { mergeBySearch() }
      for id in ids { output.append(Int(id)) }
    } else {
      var word = LongWord(ids: ids, table: table)
      word.merge()
      word.append(to: &output)
    }
  }

  private mutating func mergeBySearch() {
    merges.removeAll(keepingCapacity: true)
    for index in 1..<ids.count { merges.append(table[ids[index - 1], ids[index]]) }
    while true {
      var best = MergeTable.Merge.none
      var position = -1
      for index in merges.indices where merges[index].rank < best.rank {
        best = merges[index]
        position = index
      }
      guard position >= 0 else { return }
      ids[position] = best.id
      ids.remove(at: position + 1)
      merges.remove(at: position)
      if position > 0 { merges[position - 1] = table[ids[position - 1], best.id] }
      if position < merges.count { merges[position] = table[best.id, ids[position + 1]] }
    }
  }
}
