/// The distinct pieces of the texts as the tokens they consist of so far, in one array.
struct TrainingWords: Sendable {
  /// How a merge changes the number of times that a pair is in one word.
  struct Change {
    let left: Int32
    let right: Int32
    let difference: Int
  }

  private var tokens: [Int32]
  /// Where each word begins in `tokens`; words shrink and leave gaps behind them.
  private let starts: [Int]
  private var sizes: [Int]
  /// How often each word is in the texts.
  let counts: [Int]

  var count: Int { counts.count }

  init(_ pieces: PieceCounts, byteIDs: [Int32]) {
    tokens = pieces.bytes.map { byteIDs[Int($0)] }
    starts = [0] + pieces.ends.dropLast()
    sizes = zip(pieces.ends, starts).map { $0 - $1 }
    counts = pieces.counts
  }

  /// Appends all pairs of a word.
  func appendPairs(of word: Int, to changes: inout [Change]) {
    let start = starts[word]
    for index in start..<start + max(sizes[word] - 1, 0) {
      changes.append(Change(left: tokens[index], right: tokens[index + 1], difference: 1))
    }
  }

  /// Merges a pair wherever it is in a word, from the left.
  ///
  /// - Parameters:
  ///   - pair: Which two tokens.
  ///   - merged: The token that they become.
  ///   - isCounted: Whether a token beside `merged` makes a pair with it that may be merged later.
  ///   - changes: Gets what this changes at other pairs.
  mutating func merge(
    _ pair: TrainingVocabulary.Merge, in word: Int, to merged: Int32, isCounted: (Int32) -> Bool,
    changes: inout [Change]
  ) {
    let start = starts[word]
    let end = start + sizes[word]
    var (read, write) = (start, start)
    while read < end {
      guard tokens[read] == pair.left, read + 1 < end, tokens[read + 1] == pair.right else {
        tokens[write] = tokens[read]
        read += 1
        write += 1
        continue
      }
      if write > start {
        let before = tokens[write - 1]
        changes.append(Change(left: before, right: pair.left, difference: -1))
        if isCounted(before) { changes.append(Change(left: before, right: merged, difference: 1)) }
      }
      tokens[write] = merged
      read += 2
      write += 1
      if read < end {
        let after = tokens[read]
        changes.append(Change(left: pair.right, right: after, difference: -1))
        if isCounted(after) { changes.append(Change(left: merged, right: after, difference: 1)) }
      }
    }
    sizes[word] = write - start
  }
}
