import Randomness

/// The order in which an epoch shows the training examples, by section "Batches" of `docs/protocol.md`.
///
/// Examples of about the same length come together, so that the examples of a batch cost about the same, while both the
/// neighbourhoods and the order of the batches are random.
public enum BatchPlan {
  /// How many batches are cut from one chunk of the shuffled list, within which examples are sorted by length.
  private static let batchesPerChunk = 8

  /// The batches of one epoch. It is a pure function: a resumed run gets the same batches.
  ///
  /// - Parameters:
  ///   - lengths: The tokens of prompt and answer of every training example, in the order of the selected rows.
  ///   - batchSize: The examples of a batch; less than 1 is 1.
  ///   - seed: The run's seed.
  ///   - task: The task's name.
  ///   - epoch: The number of the epoch, from 0.
  /// - Returns: Positions in `lengths`, batch by batch; every position once. Batches may be smaller than `batchSize`
  ///   at the end of the last chunk only.
  public static func batches(lengths: [Int], batchSize: Int, seed: UInt64, task: String, epoch: Int) -> [[Int]] {
    var stream = RandomStream(seed: seed, "order", task, String(epoch))
    var order = Array(lengths.indices)
    stream.shuffle(&order)
    // A batch larger than the list is the whole list; the bound keeps the product below from overflowing.
    let size = min(max(1, batchSize), max(1, order.count))
    var batches = slices(of: order, size: batchesPerChunk * size).flatMap { chunk in
      slices(of: chunk.sorted { (lengths[$0], $0) < (lengths[$1], $1) }, size: size)
    }
    stream.shuffle(&batches)
    return batches
  }

  /// The same with a limit on the tokens of a batch instead of on its examples.
  ///
  /// Examples are sorted by length, equal ones at random; a batch takes as many neighbours as fit. So every epoch has the same
  /// number of batches, whatever the draws.
  ///
  /// - Parameters:
  ///   - lengths: The tokens of prompt and answer of every training example, in the order of the selected rows.
  ///   - tokenBudget: The most tokens of a batch; an example that has more is a batch by itself.
  ///   - seed: The run's seed.
  ///   - task: The task's name.
  ///   - epoch: The number of the epoch, from 0.
  /// - Returns: Positions in `lengths`, batch by batch; every position once.
  public static func batches(lengths: [Int], tokenBudget: Int, seed: UInt64, task: String, epoch: Int) -> [[Int]] {
    var stream = RandomStream(seed: seed, "order", task, String(epoch))
    var order = Array(lengths.indices)
    stream.shuffle(&order)
    let examples = order.enumerated().map { (length: lengths[$1], draw: $0, index: $1) }
    var batches: [[Int]] = []
    var room = 0
    for example in examples.sorted(by: { ($0.length, $0.draw) < ($1.length, $1.draw) }) {
      if batches.isEmpty || example.length > room {
        batches.append([])
        room = tokenBudget
      }
      batches[batches.count - 1].append(example.index)
      room -= example.length
    }
    stream.shuffle(&batches)
    return batches
  }

  private static func slices(of list: [Int], size: Int) -> [[Int]] {
    stride(from: 0, to: list.count, by: size).map { Array(list[$0..<min($0 + size, list.count)]) }
  }
}
