import Randomness

/// A combination on rows that it was not fitted on: each of five folds is judged by a fit on the other four.
///
/// Every fold has the same share of each label. A label rarer in one fold is more frequent in the other four. A fit that knows nothing of
/// the texts would then be judged worse than one that predicts nothing: by 0.07 nats for five labels with 15 rows each.
struct CrossFit {
  /// −log p of the right label, row by row.
  private(set) var losses: [Double]
  /// Whether the most probable label is the right one.
  private(set) var right: [Bool]

  private static let folds = 5

  /// - Parameters:
  ///   - parts: The scores of each row.
  ///   - gold: The right label of each.
  ///   - labels: How many there are.
  ///   - use: The parts that count.
  ///   - task: Names the stream `folds/TASK` that deals the rows to the folds.
  init(_ parts: [LabelCombination.Parts], gold: [Int], labels: Int, use: CombinationFit.Use, task: String) {
    var shuffled = Array(parts.indices)
    var stream = RandomStream(purposes: ["folds", task])
    stream.shuffle(&shuffled)
    // Rows of one label stand together, and are dealt one after the other.
    let order = (0..<labels).flatMap { label in shuffled.filter { gold[$0] == label } }
    losses = [Double](repeating: 0, count: parts.count)
    right = [Bool](repeating: false, count: parts.count)
    for fold in 0..<min(Self.folds, parts.count) {
      let judged = Set(order.enumerated().filter { $0.offset % Self.folds == fold }.map(\.element))
      let rest = parts.indices.filter { !judged.contains($0) }
      let fit = CombinationFit(rest.map { parts[$0] }, gold: rest.map { gold[$0] }, labels: labels, use: use).fitted()
      for row in judged {
        let p = fit.logProbabilities(parts[row])
        losses[row] = -p[gold[row]]
        right[row] = p.indices.reduce(0) { p[$1] > p[$0] ? $1 : $0 } == gold[row]
      }
    }
  }
}
