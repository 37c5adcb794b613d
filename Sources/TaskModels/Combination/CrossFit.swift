import Torch

/// The loss of a combination on rows that it was not fitted on: each of five parts is judged by a fit on the other four.
struct CrossFit {
  private static let folds = 5

  /// −log p of the right label, row by row.
  ///
  /// - Parameters:
  ///   - parts: the scores of each row.
  ///   - gold: the right label of each.
  ///   - labels: how many there are.
  ///   - use: the parts that count.
  ///   - task: names the stream `folds/TASK` that deals the rows to the parts.
  static func losses(
    _ parts: [LabelCombination.Parts], gold: [Int], labels: Int, use: CombinationFit.Use, task: String
  ) -> [Double] {
    var order = Array(parts.indices)
    var stream = RandomStream(purposes: ["folds", task])
    stream.shuffle(&order)
    var losses = [Double](repeating: 0, count: parts.count)
    for fold in 0..<min(folds, parts.count) {
      let judged = Set(order.enumerated().filter { $0.offset % folds == fold }.map(\.element))
      let rest = parts.indices.filter { !judged.contains($0) }
      let fit = CombinationFit(rest.map { parts[$0] }, gold: rest.map { gold[$0] }, labels: labels, use: use).fitted()
      for row in judged { losses[row] = -fit.logProbabilities(parts[row])[gold[row]] }
    }
    return losses
  }
}
