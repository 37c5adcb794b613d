/// The pairs that may be merged, the next one first: a binary heap.
///
/// Counts change while entries wait. An entry keeps the one it came with, which may be too high; whoever takes the first one
/// compares, and gives it back with the count of now.
struct MergeQueue: Sendable {
  struct Entry: Sendable {
    /// How often the pair was in the texts when this was written.
    var count: Int
    /// The pair, the left token in the upper half: of equally frequent pairs the smaller one comes first.
    let pair: UInt64
    /// The number of the pair in ``PairCounts``.
    let number: Int32
    /// How many words it came up in, and where their list begins.
    let wordCount: Int32
    let wordStart: Int

    func comesBefore(_ other: Entry) -> Bool {
      count == other.count ? pair < other.pair : count > other.count
    }
  }

  private var entries: [Entry] = []

  var first: Entry? { entries.first }

  mutating func insert(_ entry: Entry) {
    entries.append(entry)
    var position = entries.count - 1
    while position > 0 {
      let parent = (position - 1) / 2
      guard entry.comesBefore(entries[parent]) else { break }
      entries[position] = entries[parent]
      position = parent
    }
    entries[position] = entry
  }

  mutating func removeFirst() {
    guard let last = entries.popLast(), !entries.isEmpty else { return }
    sink(last)
  }

  /// Gives the first entry another count.
  mutating func recountFirst(_ count: Int) {
    guard var entry = entries.first else { return }
    entry.count = count
    sink(entry)
  }

  /// Puts `entry` where it belongs, beginning at the top, which is free.
  private mutating func sink(_ entry: Entry) {
    var position = 0
    while true {
      var child = 2 * position + 1
      guard child < entries.count else { break }
      if child + 1 < entries.count, entries[child + 1].comesBefore(entries[child]) { child += 1 }
      guard entries[child].comesBefore(entry) else { break }
      entries[position] = entries[child]
      position = child
    }
    entries[position] = entry
  }
}
