import Foundation
import Streams
import Testing

@testable import Records

@Suite struct OutcomesTests {
  /// Cells of right and wrong rows.
  private func outcomes(_ tasks: [String], right: [[[Bool]?]]) throws -> Outcomes {
    try Outcomes(tasks: tasks, cells: right.map { $0.map { $0.map { .scores($0.map { $0 ? 1 : 0 }) } } })
  }

  @Test func theMatrixIsTheShareOfRightRows() throws {
    let outcomes = try outcomes(
      ["a", "b"],
      right: [
        [[true, false], nil], [[true, true], [false, false, true, false]], [nil, [true, true, true, false]],
      ])
    #expect(try outcomes.matrix().scores == [[0.5, nil], [1, 0.25], [nil, 0.75]])
  }

  /// By hand: the mean of 0.25, 1 and 0.25; of rows 0, 0 and 1: 0.5. For labels, all rows: label 0 has 2 hits and 1 false
  /// alarm, F = 4/5; label 1 has 1 hit and 1 miss, F = 2/3. Rows 0, 0 and 3: label 0 has 2 hits and 1 false alarm, label 1 one
  /// miss, (4/5 + 0) / 2: no mean over rows.
  @Test func scoresOfRows() throws {
    let scores = Outcome.scores([0.25, 1, 0.25])
    #expect(scores.count == 3 && scores.score == 0.5 && scores.score(of: [0, 0, 1]) == 0.5)
    let pairs = [(0, 0), (0, 0), (1, 1), (1, 0)].map { MacroF1.Pair(right: $0.0, given: $0.1) }
    let labels = Outcome.labels(pairs, labels: 2)
    #expect(labels.count == 4 && labels.score == (4 / 5.0 + 2 / 3.0) / 2)
    #expect(labels.score(of: [0, 0, 3]) == (4 / 5.0) / 2)
    #expect(Outcome.scores([]).score == 0 && Outcome.labels([], labels: 0).score == 0)
    let outcomes = try Outcomes(tasks: ["a", "b"], cells: [[scores, labels], [scores, nil], [nil, labels]])
    #expect(try outcomes.matrix().scores == [[0.5, labels.score], [0.5, nil], [nil, labels.score]])
  }

  /// Each draw of macro-F1 is computed anew: three of four rows are one label, always right, the fourth is always missed. With
  /// it in a draw the score is at most 1/2, without it 1; the mean over rows would be something in between.
  @Test func intervalsOfMacroF1() throws {
    let pairs = [(0, 0), (0, 0), (0, 0), (1, 2)].map { MacroF1.Pair(right: $0.0, given: $0.1) }
    let outcomes = try Outcomes(
      tasks: ["a"], cells: Array(repeating: [.labels(pairs, labels: 2)], count: 2))
    let interval = try #require(
      try BootstrapInterval.intervals(outcomes, draws: 400, seed: 3, of: [\.averageAccuracy])[0])
    #expect(interval.lower == 0.5 && interval.upper == 1)
  }

  @Test func shapesAreChecked() {
    #expect(throws: MetricError.self) { try outcomes(["a"], right: [[[true]]]) }
    #expect(throws: MetricError.self) { try outcomes(["a"], right: [[[true]], [[true], [true]]]) }
    #expect(throws: MetricError.self) { try outcomes(["a"], right: [[[true]], [[true, false]]]) }
    #expect(throws: MetricError.self) { try outcomes(["a"], right: [[[]], [[]]]) }
  }

  /// What is always right has no spread; the same seed gives the same interval.
  @Test func intervalsAreFixedByTheirSeed() throws {
    let right = (0..<40).map { $0 % 3 != 0 }
    let all = [Bool](repeating: true, count: 40)
    let outcomes = try outcomes(["a", "b"], right: [[right, right], [all, right], [all, right]])
    func intervals(_ seed: UInt64) throws -> [BootstrapInterval?] {
      try BootstrapInterval.intervals(
        outcomes, draws: 200, seed: seed, of: [\.averageAccuracy, \.backwardTransfer, \.forgetting])
    }
    let one = try intervals(7)
    #expect(try one == intervals(7) && one != intervals(8))
    // The first task keeps every row: nothing is forgotten in any draw.
    #expect(one[1]?.lower == 0 && one[1]?.upper == 0 && one[2]?.upper == 0)
    let accuracy = try #require(one[0])
    #expect(accuracy.lower < 0.8375 && accuracy.upper > 0.8375 && accuracy.upper <= 1)
  }

  /// Without a draw there is no interval, and where a metric has no value in some draw there is none either.
  @Test func nothingToDrawFrom() throws {
    let outcomes = try outcomes(["a"], right: [[[true, false]], [[true, true]]])
    let none = try BootstrapInterval.intervals(outcomes, draws: 0, seed: 1, of: [\.averageAccuracy])
    #expect(none.count == 1 && none[0] == nil)
    let transfer = try BootstrapInterval.intervals(outcomes, draws: 9, seed: 1, of: [\.backwardTransfer])
    #expect(transfer.count == 1 && transfer[0] == nil)
    let one = try #require(BootstrapInterval.intervals(outcomes, draws: 1, seed: 1, of: [\.averageAccuracy])[0])
    #expect(one.lower == 1 && one.upper == 1 && one.draws == 1)
  }

  /// For one task the interval is about that of a share of n rows: ± 1.96 √(p (1 − p) / n).
  @Test func widthOfAShare() throws {
    let right = (0..<500).map { $0 % 4 != 0 }
    let outcomes = try outcomes(["a"], right: [[right], [right]])
    let interval = try #require(
      try BootstrapInterval.intervals(outcomes, draws: 1000, seed: 1, of: [\.averageAccuracy])[0])
    let expected = 2 * 1.96 * (0.75 * 0.25 / 500.0).squareRoot()
    #expect(abs(interval.upper - interval.lower - expected) < 0.15 * expected)
  }
}
