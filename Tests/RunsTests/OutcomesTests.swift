import Foundation
import Testing
import Torch

@testable import Runs

@Suite struct OutcomesTests {
  @Test func theMatrixIsTheShareOfRightRows() throws {
    let outcomes = try Outcomes(
      tasks: ["a", "b"],
      right: [
        [[true, false], nil], [[true, true], [false, false, true, false]], [nil, [true, true, true, false]],
      ])
    #expect(try outcomes.matrix().scores == [[0.5, nil], [1, 0.25], [nil, 0.75]])
  }

  @Test func shapesAreChecked() {
    #expect(throws: MetricError.self) { try Outcomes(tasks: ["a"], right: [[[true]]]) }
    #expect(throws: MetricError.self) { try Outcomes(tasks: ["a"], right: [[[true]], [[true], [true]]]) }
    #expect(throws: MetricError.self) { try Outcomes(tasks: ["a"], right: [[[true]], [[true, false]]]) }
    #expect(throws: MetricError.self) { try Outcomes(tasks: ["a"], right: [[[]], [[]]]) }
  }

  /// What is always right has no spread; the same seed gives the same interval.
  @Test func intervalsAreFixedByTheirSeed() throws {
    let right = (0..<40).map { $0 % 3 != 0 }
    let all = [Bool](repeating: true, count: 40)
    let outcomes = try Outcomes(tasks: ["a", "b"], right: [[right, right], [all, right], [all, right]])
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

  /// For one task the interval is about that of a share of n rows: ± 1.96 √(p (1 − p) / n).
  @Test func widthOfAShare() throws {
    let right = (0..<500).map { $0 % 4 != 0 }
    let outcomes = try Outcomes(tasks: ["a"], right: [[right], [right]])
    let interval = try #require(
      try BootstrapInterval.intervals(outcomes, draws: 1000, seed: 1, of: [\.averageAccuracy])[0])
    let expected = 2 * 1.96 * (0.75 * 0.25 / 500.0).squareRoot()
    #expect(abs(interval.upper - interval.lower - expected) < 0.15 * expected)
  }
}
