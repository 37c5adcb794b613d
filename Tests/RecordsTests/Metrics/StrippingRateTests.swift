import Foundation
import Randomness
import Testing

@testable import Records

@Suite struct StrippingRateTests {
  /// Ten samples. By hand, in descending order of the score:
  ///
  /// class 1 (right?): .95 y, .90 y, .85 n, .80 y, .80 y, .70 n, .45 n, .30 n, .20 y, .10 n; precisions at the ends of
  /// groups: 1, 1, 2/3, 4/5 (both .80), 4/6, … → at 0.8 the last that suffices is τ = .80: 5 of 10.
  ///
  /// class 0 is 1 − score: .90 y, .80 n, .70 y, .55 y, .30 y, .20 n n, .15 y, .10 n, .05 n; precisions 1, 1/2, 2/3,
  /// 3/4, 4/5, 4/7, … → at 0.8 τ = .30: 5 of 10, though larger thresholds fall short.
  private let ones = [0.95, 0.90, 0.85, 0.80, 0.80, 0.70, 0.45, 0.30, 0.20, 0.10]
  private let labels = [1, 1, 0, 1, 1, 0, 0, 0, 1, 0]

  private var scores: [[Double]] { ones.map { [1 - $0, $0] } }

  @Test func handMadeTable() throws {
    let rate = try strippingRate(scores: scores, labels: labels, target: 0.8)
    #expect(rate.classes.map(\.rate) == [0.5, 0.5])
    #expect(rate.classes.map(\.threshold) == [1 - 0.7, 0.8])
    #expect(rate.classes.map(\.precision) == [0.8, 0.8])
    #expect(rate.sum == 1)
  }

  @Test func higherTargetDecidesLess() throws {
    let rate = try strippingRate(scores: scores, labels: labels, target: 0.9)
    #expect(rate.classes.map(\.rate) == [0.1, 0.2] && rate.classes[1].threshold == 0.9)
    #expect(rate.classes[1].precision == 1)
  }

  @Test func equalScoresAreDecidedTogether() throws {
    // With the first alone precision would be 1, but its score does not separate it from the second.
    let rate = try strippingRate(scores: [[0.9], [0.9], [0.1]], labels: [0, 0, 0], target: 1)
    #expect(rate.classes[0].rate == 1)
    let mixed = try strippingRate(scores: [[0.9, 0.1], [0.9, 0.1]], labels: [0, 1], target: 0.8)
    #expect(mixed.classes.map(\.rate) == [0, 0] && mixed.sum == 0)
    #expect(mixed.classes.allSatisfy { $0.threshold == nil && $0.precision == nil })
  }

  @Test func badInput() {
    #expect(throws: MetricError.self) { try strippingRate(scores: [], labels: [], target: 0.8) }
    #expect(throws: MetricError.self) { try strippingRate(scores: [[]], labels: [0], target: 0.8) }
    #expect(throws: MetricError.self) { try strippingRate(scores: [[1, 0]], labels: [0, 1], target: 0.8) }
    #expect(throws: MetricError.self) { try strippingRate(scores: [[1, 0], [1]], labels: [0, 0], target: 0.8) }
    #expect(throws: MetricError.self) { try strippingRate(scores: [[1, 0]], labels: [2], target: 0.8) }
    #expect(throws: MetricError.self) { try strippingRate(scores: [[1, .nan]], labels: [0], target: 0.8) }
    #expect(throws: MetricError.self) { try strippingRate(scores: [[1, 0]], labels: [0], target: 1.1) }
  }

  // MARK: Thresholds from other rows

  private func prediction(_ index: Int, _ gold: Int, _ one: Double) -> Prediction {
    Prediction(index: index, gold: gold, predicted: one > 0.5 ? 1 : 0, scores: [log(1 - one), log(one)])
  }

  /// A classifier that is always right and sure: every row of both halves is decided, rightly, whatever the threshold.
  @Test func aSureReviewNeedsNobody() throws {
    let rows = (0..<20).map { prediction($0, $0 % 2, $0 % 2 == 1 ? 0.99 : 0.01) }
    let found = try #require(try HeldOutStripping([("task", rows)], seed: 0))
    #expect(found.rate == 1 && found.precision == 1 && found.oracle == 1 && found.n == 20 && found.decided == 20)
    #expect(found.rateInterval?.lower == 1 && found.precisionInterval?.upper == 1)
  }

  /// Scores that say nothing about labels that are even: next to nothing is decided, also with the labels in sight.
  @Test func scoresThatSayNothing() throws {
    var stream = RandomStream(seed: 1, "scores")
    let rows = (0..<400).map { prediction($0, stream.below(2), Double(stream.below(999) + 1) / 1000) }
    let found = try #require(try HeldOutStripping([("task", rows)], seed: 0))
    #expect(found.rate < 0.1 && found.oracle < 0.2)
  }

  /// The halves and the draws are those of task and seed alone.
  @Test func theHalvesAreTheSameInEveryRun() throws {
    var stream = RandomStream(seed: 2, "scores")
    // Right nine times of ten where the share is above 0.8, else even.
    let rows = (0..<300).map { index in
      let one = Double(stream.below(1000)) / 1000
      let sure = max(one, 1 - one) > 0.8 && stream.below(10) > 0
      return prediction(index, sure ? (one > 0.5 ? 1 : 0) : stream.below(2), min(max(one, 0.001), 0.999))
    }
    let found = try #require(try HeldOutStripping([("task", rows)], seed: 0))
    #expect(try HeldOutStripping([("task", rows)], seed: 0) == found)
    #expect(found.rate > 0.1 && found.rate < 0.7)
    #expect(try #require(found.precision) > 0.75)
    let interval = try #require(found.rateInterval)
    #expect(interval.lower <= found.rate && found.rate <= interval.upper && interval.lower < interval.upper)
    #expect(interval.draws == 1000)
    // Two tasks weigh the same, however many rows they have.
    let sure = (0..<20).map { prediction($0, $0 % 2, $0 % 2 == 1 ? 0.99 : 0.01) }
    let both = try #require(try HeldOutStripping([("task", rows), ("other", sure)], seed: 0))
    #expect(abs(both.rate - (found.rate + 1) / 2) < 1e-12 && both.n == 320)
  }

  /// By hand, on eight rows whose halves are known: thresholds of one half decide the other.
  @Test func thresholdsComeFromTheOtherHalf() throws {
    var stream = RandomStream(purposes: ["stripping", "task"])
    var order = Array(0..<8)
    stream.shuffle(&order)
    // First half: label 1 at 0.9 and 0.8, label 0 at 0.3 and 0.2: τ_1 = 0.8, τ_0 = 0.7.
    // Second half: 0.95 (1, right), 0.85 (0: decided wrongly), 0.75 (no threshold reached), 0.1 (0, right). Its own τ_1: 0.95, τ_0: 0.9.
    let values: [(Int, Double)] = [(1, 0.9), (1, 0.8), (0, 0.3), (0, 0.2), (1, 0.95), (0, 0.85), (1, 0.75), (0, 0.1)]
    var rows = [Prediction?](repeating: nil, count: 8)
    for (position, value) in zip(order, values) { rows[position] = prediction(position, value.0, value.1) }
    let found = try #require(try HeldOutStripping([("task", rows.compactMap(\.self))], seed: 0))
    // Three of the second half; none of the first half reaches 0.95 or 0.9.
    #expect(found.decided == 3 && found.rate == 3.0 / 8)
    #expect(found.precision == 2.0 / 3)
  }

  @Test func tasksWithOtherLabelsAreLeftOut() throws {
    let three = (0..<9).map { Prediction(index: $0, gold: 0, predicted: 0, scores: [0, -1, -2]) }
    #expect(try HeldOutStripping([("three", three)], seed: 0) == nil)
    #expect(try HeldOutStripping([("few", [prediction(0, 1, 0.9)])], seed: 0) == nil)
    #expect(try HeldOutStripping([], seed: 0) == nil)
    let nan = (0..<6).map { Prediction(index: $0, gold: 0, predicted: 0, scores: [.nan, 0]) }
    #expect(throws: MetricError.self) { try HeldOutStripping([("nan", nan)], seed: 0) }
  }
}
