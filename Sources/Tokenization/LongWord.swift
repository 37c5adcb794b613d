/// A word too long to search through after every merge: a linked list of tokens and a heap of the possible merges.
///
/// A word may have millions of bytes (`WordMerger.longestWord`), so that memory counts: positions are numbers of 32 bits.
struct LongWord {
  /// A possible merge; it is stale when the token at `position` has another merge by now.
  private struct Candidate {
    let rank: Int32
    let position: Int32

    static func < (left: Candidate, right: Candidate) -> Bool {
      left.rank != right.rank ? left.rank < right.rank : left.position < right.position
    }
  }

  private let table: MergeTable
  private var ids: [Int32]
  /// The position of the token before and after each; `-1` and `ids.count` at the ends.
  private var previous: [Int32]
  private var next: [Int32]
  /// The merge of each token with the one after it; `none` also for tokens that are merged away.
  private var merges: [MergeTable.Merge]
  /// A binary heap, least first.
  private var heap: [Candidate] = []

  init(ids: [Int32], table: MergeTable) {
    self.ids = ids
    self.table = table
    let count = Int32(truncatingIfNeeded: ids.count)
    previous = (0..<count).map { $0 - 1 }
    next = (0..<count).map { $0 + 1 }
    merges = [MergeTable.Merge](repeating: .none, count: ids.count)
    heap.reserveCapacity(ids.count)
    for index in ids.indices { look(at: index) }
  }

  mutating func merge() {
    while let best = pop() {
      let position = Int(best.position)
      guard merges[position].rank == best.rank else { continue }
      let gone = Int(next[position])
      let after = Int(next[gone])
      ids[position] = merges[position].id
      next[position] = next[gone]
      if after < ids.count { previous[after] = best.position }
      merges[gone] = .none
      look(at: position)
      let before = Int(previous[position])
      if before >= 0 { look(at: before) }
    }
  }

  func append(to output: inout [Int]) {
    var index = 0
    while index < ids.count {
      output.append(Int(ids[index]))
      index = Int(next[index])
    }
  }

  /// Looks up what the token at `position` merges to with the one after it.
  private mutating func look(at position: Int) {
    let after = Int(next[position])
    merges[position] = after < ids.count ? table[ids[position], ids[after]] : .none
    if merges[position] != .none {
      push(Candidate(rank: merges[position].rank, position: Int32(truncatingIfNeeded: position)))
    }
  }

  private mutating func push(_ candidate: Candidate) {
    heap.append(candidate)
    var child = heap.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard heap[child] < heap[parent] else { return }
      heap.swapAt(child, parent)
      child = parent
    }
  }

  private mutating func pop() -> Candidate? {
    guard let least = heap.first, let last = heap.popLast() else { return nil }
    guard !heap.isEmpty else { return least }
    heap[0] = last
    var parent = 0
    while true {
      var child = 2 * parent + 1
      guard child < heap.count else { return least }
      if child + 1 < heap.count, heap[child + 1] < heap[child] { child += 1 }
      guard heap[child] < heap[parent] else { return least }
      heap.swapAt(child, parent)
      parent = child
    }
  }
}
