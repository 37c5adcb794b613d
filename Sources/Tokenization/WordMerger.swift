/// Turns words into tokens by merging, again and again, the adjacent pair of lowest rank (the leftmost of equals).
///
/// Holds the working storage, so that a whole text is encoded without an allocation for each word.
struct WordMerger {
  private let table: MergeTable
  /// The token of each single byte.
  private let byteIDs: [Int32]
  private var ids: [Int32] = []
  /// The merge of each token with the one after it.
  private var merges: [MergeTable.Merge] = []

  /// Words up to this many bytes are merged by searching them through; in longer ones that would take quadratic time.
  private static let longestSearched = 64

  init(table: MergeTable, byteIDs: [Int32]) {
    self.table = table
    self.byteIDs = byteIDs
  }

  /// Appends the tokens of the word `range` of `bytes`.
  mutating func append(_ bytes: [UInt8], _ range: Range<Int>, to output: inout [Int]) {
    if range.count == 1 {
      output.append(Int(byteIDs[Int(bytes[range.lowerBound])]))
      return
    }
    ids.removeAll(keepingCapacity: true)
    for index in range { ids.append(byteIDs[Int(bytes[index])]) }
    if ids.count <= Self.longestSearched {
      mergeBySearch()
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
