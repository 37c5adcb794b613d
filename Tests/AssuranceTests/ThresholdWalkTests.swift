import Assurance
import Foundation
import Testing

/// Does the walk choose what the proof allows?
@Suite struct ThresholdWalkTests {
  /// Rows of which so many score each threshold or more, and so many of these are wrong.
  private static func rows(_ counts: [(threshold: Double, n: Int, k: Int)]) -> [ScoredRow] {
    var (rows, n, k): ([ScoredRow], Int, Int) = ([], 0, 0)
    for count in counts {
      for place in 0..<count.n - n { rows.append(ScoredRow(score: count.threshold, isWrong: place < count.k - k)) }
      (n, k) = (count.n, count.k)
    }
    return rows
  }

  /// The worked example of docs/assurance.md.
  @Test func workedExample() throws {
    let counts = [(0.9975, 240, 0), (0.99, 380, 2), (0.97, 520, 4), (0.95, 700, 7), (0.92, 860, 13), (0.5, 1000, 60)]
    let rows = Self.rows(counts.map { ($0.0, $0.1, $0.2) })
    let target = try SideTarget(errorLimit: 0.02, error: 0.05)
    let walk = try ThresholdWalk(rows: rows.reversed(), thresholds: counts.map(\.0), target: target)
    #expect(walk.steps.count == 5 && walk.steps.map(\.isPassed) == [true, true, true, true, false])
    let expected = [(0.0078, 0.0124), (0.0180, 0.0165), (0.0216, 0.0175), (0.0304, 0.0187), (0.1854, 0.0239)]
    for (step, (count, (pValue, upper))) in zip(walk.steps, zip(counts, expected)) {
      #expect(step.threshold == count.0 && step.wrong.n == count.1 && step.wrong.successes == count.2)
      #expect(abs(step.pValue - pValue) < 0.00005 && abs(step.upperBound - upper) < 0.00005, "\(step)")
    }
    #expect(walk.chosen?.threshold == 0.95)
    #expect(try JSONDecoder().decode(ThresholdWalk.self, from: JSONEncoder().encode(walk)) == walk)
    // MoE-CL's rule goes on to the loosest threshold whose precision on these very rows is 0.98.
    let empirical = try #require(try EmpiricalThreshold(rows: rows, precision: 0.98))
    #expect(empirical.threshold == 0.92 && empirical.wrong.n == 860 && empirical.wrong.successes == 13)
  }

  /// A threshold after one that failed is not tested, however good it looks.
  @Test func stopsAtTheFirstFailure() throws {
    let target = try SideTarget(errorLimit: 0.05, error: 0.05)
    let rows = Self.rows([(0.9, 60, 10), (0.5, 2000, 11)])
    #expect(try ThresholdWalk(rows: rows, thresholds: [0.9, 0.5], target: target).chosen == nil)
    #expect(try ThresholdWalk(rows: rows, thresholds: [0.5], target: target).chosen?.threshold == 0.5)
  }

  @Test func withoutRowsOrThresholds() throws {
    let target = try SideTarget(errorLimit: 0.05, error: 0.05)
    let walk = try ThresholdWalk(rows: [], thresholds: [0.9, 0.8], target: target)
    #expect(walk.steps.count == 1 && walk.chosen == nil && walk.steps[0].pValue == 1 && walk.steps[0].upperBound == 1)
    #expect(try ThresholdWalk(rows: Self.rows([(0.9, 100, 0)]), thresholds: [], target: target).steps.isEmpty)
    #expect(try EmpiricalThreshold(rows: [], precision: 0.9) == nil)
  }

  @Test func hostileInput() throws {
    let target = try SideTarget(errorLimit: 0.05, error: 0.05)
    let row = ScoredRow(score: 0.9, isWrong: false)
    for thresholds in [[0.9, 0.9], [0.8, 0.9], [.nan], [.infinity], [0.9, .nan]] {
      #expect(throws: AssuranceError.self) { try ThresholdWalk(rows: [row], thresholds: thresholds, target: target) }
    }
    for score in [Double.nan, .infinity, -.infinity] {
      let rows = [row, ScoredRow(score: score, isWrong: false)]
      let error = try #require(throws: AssuranceError.self) {
        try ThresholdWalk(rows: rows, thresholds: [0.5], target: target)
      }
      #expect("\(error)".contains("score in row 1"))
      #expect(throws: AssuranceError.self) { try EmpiricalThreshold(rows: rows, precision: 0.9) }
      #expect(throws: AssuranceError.self) { try ThresholdGrid(quantilesOf: [score]) }
    }
    #expect(throws: AssuranceError.self) { try EmpiricalThreshold(rows: [row], precision: .nan) }
    #expect(throws: AssuranceError.self) { try ThresholdGrid(quantilesOf: []) }
    #expect(throws: AssuranceError.self) { try ThresholdGrid(quantilesOf: [0.5, 0.6], otherRows: 1) }
    for size in [0, -1, .max] {
      #expect(throws: AssuranceError.self) { try ThresholdGrid(quantilesOf: [0.5], size: size) }
    }
  }

  /// Rows of equal scores are decided together, so none of them can be left out for being wrong.
  @Test func equalScoresStayTogether() throws {
    let rows = Self.rows([(0.9, 9, 0), (0.8, 12, 3)])
    #expect(try EmpiricalThreshold(rows: rows, precision: 0.9)?.threshold == 0.9)
    #expect(try EmpiricalThreshold(rows: rows, precision: 0.75)?.wrong.n == 12)
    #expect(try EmpiricalThreshold(rows: Self.rows([(0.9, 4, 4)]), precision: 0.5) == nil)
  }

  /// By hand: of 1 … 100 the quarters end at 76, 51, 26 and 1.
  @Test func quantilesOfOtherRows() throws {
    let grid = try ThresholdGrid(quantilesOf: (1...100).map(Double.init).reversed(), otherRows: 400, size: 4)
    #expect(grid.thresholds == [76, 51, 26, 1] && grid.above == [25, 50, 75, 100] && grid.otherRows == 400)
    let equal = try ThresholdGrid(quantilesOf: [0.5, 0.5, 0.5, 0.9], size: 40)
    #expect(equal.thresholds == [0.9, 0.5] && equal.above == [1, 4])
    #expect(try ThresholdGrid(quantilesOf: (0..<1000).map(Double.init)).thresholds.count == 40)
  }

  /// At α = δ = 0.05 a walk begins where 118 rows are to be expected: from 1,000 rows above the second quarter, 50 of 400.
  @Test func startsWhereEnoughRowsAreExpected() throws {
    let target = try SideTarget(errorLimit: 0.05, error: 0.05)
    let grid = try ThresholdGrid(quantilesOf: (1...100).map(Double.init), otherRows: 400, size: 4)
    #expect(grid.walk(rows: 1000, target: target) == [51, 26, 1])
    #expect(
      grid.walk(rows: 1888, target: target) == [76, 51, 26, 1] && grid.walk(rows: 1887, target: target).count == 3)
    #expect(grid.walk(rows: 471, target: target).isEmpty && grid.walk(rows: 472, target: target) == [1])
    #expect(grid.walk(rows: 0, target: target).isEmpty && grid.walk(rows: -5, target: target).isEmpty)
  }
}
