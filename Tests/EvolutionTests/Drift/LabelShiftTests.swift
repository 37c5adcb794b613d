import Randomness
import Testing

@testable import Evolution

/// Are shares of labels found from predictions alone, and does an interval hold what it says?
@Suite struct LabelShiftTests {
  /// Rows by label and prediction; the share of violations, and of right predictions of either label.
  private func counts(_ rows: Int, _ prevalence: Double, _ right: [Double], seed: UInt64) -> [[Int]] {
    var stream = RandomStream(seed: seed, "test", "shift")
    var counts = [[0, 0], [0, 0]]
    for _ in 0..<rows {
      let label = stream.isTrue(prevalence) ? 1 : 0
      counts[label][stream.isTrue(right[label]) ? label : 1 - label] += 1
    }
    return counts
  }

  private func predicted(_ counts: [[Int]]) -> [Int] { [counts[0][0] + counts[1][0], counts[0][1] + counts[1][1]] }

  @Test func theSharesAreThoseOfTheEquations() throws {
    // P(violation predicted) = 0.1 (1 − π) + 0.8 π = 0.31 for π = 0.3
    let shift = try #require(try LabelShift(confusion: [[90, 10], [2, 8]], predicted: [690, 310], seed: 0))
    #expect(abs(shift.estimate[1] - 0.3) < 1e-12)
    #expect(abs(shift.expected[1] - 10 / 110.0) < 1e-12)
  }

  @Test func equalSharesRaiseFewAlarms() throws {
    var alarms = 0
    for seed in 0..<100 as Range<UInt64> {
      let known = counts(600, 0.12, [0.95, 0.85], seed: 2 * seed)
      let stream = predicted(counts(1500, 0.12, [0.95, 0.85], seed: 2 * seed + 1))
      if try #require(try LabelShift(confusion: known, predicted: stream, draws: 400, seed: seed)).isAlarm {
        alarms += 1
      }
    }
    // 1 % of 100; more than 6 has a probability of 1e-4.
    #expect(alarms <= 6, "\(alarms) of 100, seeds 0 … 99")
  }

  @Test func manyMoreViolationsAreSeen() throws {
    for seed in 0..<20 as Range<UInt64> {
      let known = counts(600, 0.12, [0.95, 0.85], seed: 2 * seed)
      let stream = predicted(counts(1500, 0.30, [0.95, 0.85], seed: 2 * seed + 1))
      let shift = try #require(try LabelShift(confusion: known, predicted: stream, draws: 400, seed: seed))
      #expect(shift.isAlarm, "seed \(seed)")
      #expect(abs(shift.estimate[1] - 0.3) < 0.1, "seed \(seed)")
    }
  }

  @Test func equalSeedsGiveEqualIntervals() throws {
    let one = try LabelShift(confusion: [[90, 10], [2, 8]], predicted: [690, 310], seed: 7)
    #expect(try LabelShift(confusion: [[90, 10], [2, 8]], predicted: [690, 310], seed: 7) == one)
    #expect(try LabelShift(confusion: [[90, 10], [2, 8]], predicted: [690, 310], seed: 8) != one)
  }

  @Test func predictionsThatSayNothingTellNothing() throws {
    #expect(try LabelShift(confusion: [[5, 5], [5, 5]], predicted: [10, 10], seed: 0) == nil)
    #expect(try LabelShift(confusion: [[5, 5], [0, 0]], predicted: [10, 10], seed: 0) == nil)
    #expect(try LabelShift(confusion: [[5, 1], [1, 5]], predicted: [0, 0], seed: 0) == nil)
    #expect(try LabelShift(confusion: [], predicted: [], seed: 0) == nil)
    #expect(throws: (any Error).self) { try LabelShift(confusion: [[1, 2], [3]], predicted: [1, 1], seed: 0) }
    #expect(throws: (any Error).self) { try LabelShift(confusion: [[1, -2], [3, 4]], predicted: [1, 1], seed: 0) }
    #expect(throws: (any Error).self) { try LabelShift(confusion: [[1, 2], [3, 4]], predicted: [1], seed: 0) }
  }
}
