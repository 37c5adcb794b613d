import Runs
import Testing

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
}
