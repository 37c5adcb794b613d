import Foundation
import Learning
import Randomness

/// Fits a ``LabelSetCombination`` on choose rows, a label at a time.
struct LabelSetFit {
  /// κ: a prior of a standard deviation of one.
  private static let penalty = 1.0
  private static let folds = 5

  let parts: [LabelSetCombination.Parts]
  /// The numbers of each row's labels.
  let gold: [Set<Int>]
  let labels: Int
  let use: CombinationFit.Use

  /// The combination of the least loss under the prior that each part counts as much as the other and both together once: two parts that
  /// say the same must not be counted twice.
  func fitted(rows: [Int]? = nil, thresholds: Bool = true) -> LabelSetCombination {
    let rows = rows ?? Array(parts.indices)
    let count = (use.expert ? 1 : 0) + (use.ridge ? 1 : 0)
    var (expert, ridge, bias): ([Double], [Double], [Double]) = ([], [], [])
    for label in 0..<labels {
      var scores: [[Double]] = []
      if use.expert { scores.append(rows.map { parts[$0].expert?[label] ?? 0 }) }
      if use.ridge { scores.append(rows.map { parts[$0].ridge?[label] ?? 0 }) }
      var point = LogisticFit(
        scores: scores, targets: rows.map { gold[$0].contains(label) ? 1 : 0 },
        prior: [Double](repeating: 1 / Double(max(count, 1)), count: count), penalty: Self.penalty
      ).fitted()[...]
      if use.expert { expert.append(point.removeFirst()) }
      if use.ridge { ridge.append(point.removeFirst()) }
      bias.append(point.removeFirst())
    }
    let half = LabelSetCombination(
      expert: use.expert ? expert : nil, ridge: use.ridge ? ridge : nil, bias: bias,
      thresholds: [Double](repeating: 0.5, count: labels))
    guard thresholds else { return half }
    let probabilities = rows.map { half.probabilities(parts[$0]) }
    return LabelSetCombination(
      expert: half.expert, ridge: half.ridge, bias: bias,
      thresholds: (0..<labels).map { label in
        LabelThreshold.fitted(probabilities.map { $0[label] }, rows.map { gold[$0].contains(label) })
      })
  }

  /// What combinations say of rows that they were not fitted on: each of five folds is judged by a fit on the other four.
  ///
  /// - Parameters:
  ///   - strata: What the rows are dealt by, so that each fold has some of each label.
  ///   - task: Names the stream `folds/TASK` that deals the rows to the folds.
  /// - Returns: Of each row the mean over labels of −log p of what is so, and whether at 0.5 all of its labels are right.
  func crossFitted(strata: [Int], task: String) -> (losses: [Double], right: [Bool]) {
    var shuffled = Array(parts.indices)
    var stream = RandomStream(purposes: ["folds", task])
    stream.shuffle(&shuffled)
    let positions = Dictionary(uniqueKeysWithValues: shuffled.enumerated().map { ($0.element, $0.offset) })
    // Rows of one stratum stand together, and are dealt one after the other.
    let order = shuffled.sorted { (strata[$0], positions[$0] ?? 0) < (strata[$1], positions[$1] ?? 0) }
    var losses = [Double](repeating: 0, count: parts.count)
    var right = [Bool](repeating: false, count: parts.count)
    for fold in 0..<min(Self.folds, parts.count) {
      let judged = order.enumerated().filter { $0.offset % Self.folds == fold }.map(\.element)
      let known = Set(judged)
      let fit = fitted(rows: parts.indices.filter { !known.contains($0) }, thresholds: false)
      for row in judged {
        losses[row] = fit.loss(parts[row], gold: gold[row])
        right[row] = Set(fit.given(fit.probabilities(parts[row]))) == gold[row]
      }
    }
    return (losses, right)
  }

  /// What ``crossFitted(strata:task:)`` deals rows by: the row's rarest label, −1 where it has none.
  static func strata(of gold: [Set<Int>], labels: Int) -> [Int] {
    var counts = [Int](repeating: 0, count: labels)
    for set in gold { for label in set { counts[label] += 1 } }
    return gold.map { set in set.min { (counts[$0], $0) < (counts[$1], $1) } ?? -1 }
  }
}
