/// How sequences are cut into batches where nothing is trained: as many as fit within a number of padded tokens, which bounds memory
/// whatever the lengths. The same lengths give the same batches, and with them the same bits.
public struct TokenBudget: Sendable, Equatable {
  /// Sequences times the longest of them, at most; a sequence that is longer goes alone.
  public let tokens: Int
  /// Sequences of a batch at most.
  public let mostSequences: Int

  /// What scoring and measuring use where nothing else is said.
  public static let standard = TokenBudget(2048)

  public init(_ tokens: Int, mostSequences: Int = .max) {
    self.tokens = tokens
    self.mostSequences = mostSequences
  }

  /// Neighbours, in order: ranges of positions in `lengths`.
  public func groups(_ lengths: [Int]) -> [Range<Int>] {
    var groups: [Range<Int>] = []
    var (start, longest) = (0, 0)
    for (number, length) in lengths.enumerated() {
      let time = max(longest, length)
      if number > start, (number - start + 1) * time > tokens || number - start == mostSequences {
        groups.append(start..<number)
        (start, longest) = (number, length)
      } else {
        longest = time
      }
    }
    if start < lengths.count { groups.append(start..<lengths.count) }
    return groups
  }

  /// Sequences of similar length together, the shortest first: positions in `lengths`.
  public func groupsByLength(_ lengths: [Int]) -> [[Int]] {
    let order = lengths.indices.sorted { (lengths[$0], $0) < (lengths[$1], $1) }
    return groups(order.map { lengths[$0] }).map { Array(order[$0]) }
  }

  /// Fewer tokens than this are not worth a thread of their own: products fill it less.
  private static let leastForWorker = 256

  /// The same for batches that are computed beside each other and whose bits do not depend on how they are cut: a multiple of the
  /// threads, of about equal numbers of tokens, so that none has less to do than others.
  public func groupsByLength(_ lengths: [Int], workers: Int) -> [[Int]] {
    let usual = groupsByLength(lengths)
    let count = (usual.count + workers - 1) / max(workers, 1) * workers
    let total = lengths.reduce(0, +)
    guard workers > 1, total >= count * Self.leastForWorker, count <= lengths.count else { return usual }
    var (groups, read) = ([[Int]](repeating: [], count: count), 0)
    for number in usual.flatMap(\.self) {
      // By the middle of a sequence, so that one at a border goes where most of it belongs.
      groups[min((read + lengths[number] / 2) * count / max(total, 1), count - 1)].append(number)
      read += lengths[number]
    }
    return groups.filter { !$0.isEmpty }
  }
}
