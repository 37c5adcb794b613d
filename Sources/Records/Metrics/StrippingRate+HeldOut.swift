import Foundation
import Randomness

/// Which share of the texts of a review nobody would have to look at, with thresholds that no row chose for itself.
///
/// The rows of a task are cut into two halves. The thresholds of one half, chosen by the rule of ``strippingRate(scores:labels:target:)``,
/// decide the other, and the other way round, so that every row is decided by thresholds from rows other than itself. Nothing promises that what
/// is decided reaches ``target``: ``precision`` is what it reaches.
public struct HeldOutStripping: Sendable, Codable, Equatable {
  /// The precision that thresholds are chosen for: the default of MoE-CL's released function (its script passes 0.8).
  public static let target = 0.9

  static let rateFormula =
    "stripping rate = mean over tasks of two labels of the share of rows that are decided, after the last task; a row is decided for label c if softmax(scores)_c ≥ τ_c"
    + " (for both: for the likelier); τ_c of one half of a task's rows, the lowest with precision ≥ \(target) there, decides the other half"
  static let precisionFormula = "stripping precision = right rows / decided rows, of all tasks of two labels together"
  static let oracleFormula =
    "stripping rate, oracle = mean over tasks of two labels of Σ_c max share of rows with softmax(scores)_c ≥ τ and precision ≥ \(target), τ chosen on the very rows (MoE-CL's definition):"
    + " which nobody can do in production"

  /// Mean over tasks of the share of rows that are decided.
  public var rate: Double
  public var rateInterval: BootstrapInterval?
  /// The share of right rows among those that are decided, of all tasks together; `nil` where none is.
  public var precision: Double?
  public var precisionInterval: BootstrapInterval?
  /// Mean over tasks of ``StrippingRate/sum``.
  public var oracle: Double
  /// Rows of all tasks, and those that are decided.
  public var n: Int
  public var decided: Int
}

extension HeldOutStripping {
  /// - Parameters:
  ///   - tasks: The predictions of each task; those of other than two labels are left out, as are those of fewer than four rows.
  ///   - seed: Of the bootstrap draws.
  /// - Returns: `nil` if no task is left.
  /// - Throws: ``MetricError`` for scores that are not numbers.
  init?(_ tasks: [(name: String, predictions: [Prediction])], draws: Int = 1000, seed: UInt64) throws {
    let reviews = tasks.compactMap { Review($0.name, $0.predictions) }
    guard !reviews.isEmpty else { return nil }
    let oracles = try reviews.map {
      try strippingRate(scores: $0.shares, labels: $0.labels, target: Self.target).sum
    }
    let found = Self.decided(reviews, weights: reviews.map { [Int](repeating: 1, count: $0.labels.count) })
    (rate, precision, decided) = (found.rate, found.precision, found.decided)
    oracle = oracles.reduce(0, +) / Double(oracles.count)
    n = reviews.reduce(0) { $0 + $1.labels.count }
    var stream = RandomStream(seed: seed, "bootstrap", "stripping")
    var (rates, precisions): ([Double], [Double]) = ([], [])
    for _ in 0..<draws {
      let drawn = Self.decided(reviews, weights: reviews.map { $0.drawn(&stream) })
      rates.append(drawn.rate)
      if let precision = drawn.precision { precisions.append(precision) }
    }
    rateInterval = BootstrapInterval(of: rates, draws: draws, seed: seed)
    precisionInterval = BootstrapInterval(of: precisions, draws: draws, seed: seed)
  }

  private static func decided(
    _ reviews: [Review], weights: [[Int]]
  ) -> (rate: Double, precision: Double?, decided: Int) {
    var (shares, decided, right) = (0.0, 0, 0)
    for (review, weights) in zip(reviews, weights) {
      let found = review.decided(weights: weights, target: target)
      shares += Double(found.decided) / Double(max(weights.reduce(0, +), 1))
      decided += found.decided
      right += found.right
    }
    return (shares / Double(reviews.count), decided > 0 ? Double(right) / Double(decided) : nil, decided)
  }
}

/// The rows of one task with two labels, in two halves.
private struct Review {
  /// softmax of the scores of each row.
  let shares: [[Double]]
  let labels: [Int]
  /// Numbers of rows.
  private let halves: [[Int]]
  /// sorted[half][label]: a half's rows by that label's share, from the highest.
  private let sorted: [[[Int]]]

  init?(_ task: String, _ predictions: [Prediction]) {
    guard predictions.count >= 4, predictions.allSatisfy({ $0.scores.count == 2 }) else { return nil }
    let shares = predictions.map { prediction -> [Double] in
      let highest = prediction.scores.max() ?? 0
      let powers = prediction.scores.map { exp($0 - highest) }
      return powers.map { $0 / powers.reduce(0, +) }
    }
    var stream = RandomStream(purposes: ["stripping", task])
    var order = Array(predictions.indices)
    stream.shuffle(&order)
    let cut = (order.count + 1) / 2
    halves = [Array(order[..<cut]), Array(order[cut...])]
    sorted = halves.map { half in
      (0..<2).map { label in half.sorted { (shares[$1][label], $0) < (shares[$0][label], $1) } }
    }
    self.shares = shares
    labels = predictions.map(\.gold)
  }

  /// How often each row is drawn, of each half as many as it has.
  func drawn(_ stream: inout RandomStream) -> [Int] {
    var weights = [Int](repeating: 0, count: labels.count)
    for half in halves {
      for _ in half { weights[half[stream.below(half.count)]] += 1 }
    }
    return weights
  }

  func decided(weights: [Int], target: Double) -> (decided: Int, right: Int) {
    var (decided, right) = (0, 0)
    for (half, other) in [(0, 1), (1, 0)] {
      let thresholds = (0..<2).map { threshold(of: half, label: $0, weights: weights, target: target) }
      for row in halves[other] {
        let share = shares[row]
        let above = (0..<2).filter { label in thresholds[label].map { share[label] >= $0 } ?? false }
        guard let label = above.max(by: { share[$0] < share[$1] }) else { continue }
        decided += weights[row]
        right += label == labels[row] ? weights[row] : 0
      }
    }
    return (decided, right)
  }

  /// The lowest share of a label with enough precision among the rows of a half that have at least as much; rows with equal shares go together.
  private func threshold(of half: Int, label: Int, weights: [Int], target: Double) -> Double? {
    var (all, right) = (0, 0)
    var best: Double?
    var last: Double?
    func close() {
      if let last, all > 0, Double(right) >= target * Double(all) { best = last }
    }
    for row in sorted[half][label] where weights[row] > 0 {
      let share = shares[row][label]
      if share != last { close() }
      last = share
      all += weights[row]
      right += labels[row] == label ? weights[row] : 0
    }
    close()
    return best
  }
}
