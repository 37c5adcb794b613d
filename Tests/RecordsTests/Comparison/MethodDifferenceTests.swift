import Foundation
import Testing

@testable import Records

/// The statistics of a comparison, against numbers computed by hand.
@Suite struct MethodDifferenceTests {
  private func answers(_ method: String, seed: UInt64 = 0, _ tasks: [[(Int, Bool)]]) -> MethodDifference.Answers {
    MethodDifference.Answers(
      cell: ComparisonCell(method: method, order: 1, seed: seed),
      tasks: tasks.enumerated().map { ("task\($0)", $1.map { (index: $0.0, score: $0.1 ? 1 : 0) }) })
  }

  /// By hand: scores 0.5, 0.25, 1 against 0.25, 0.25, 0.5: d = 1/4, 0, 1/2: mean 1/4, s² = 1/16, s.e. = √(1/48). Better on two rows,
  /// worse on none: 2 · (1/2)² = 1/2.
  @Test func scoresOfFreeAnswers() throws {
    func answers(_ method: String, _ scores: [Double]) -> MethodDifference.Answers {
      MethodDifference.Answers(
        cell: ComparisonCell(method: method, order: 1, seed: 0),
        tasks: [("task", scores.enumerated().map { ($0, $1) })])
    }
    let difference = try MethodDifference(
      candidate: "a", reference: "b", runs: [(answers("a", [0.5, 0.25, 1]), answers("b", [0.25, 0.25, 0.5]))])
    #expect(difference.mean == 0.25)
    #expect(abs((difference.standardError ?? 9) - (1.0 / 48).squareRoot()) < 1e-12)
    let pair = try #require(difference.pairs.first)
    #expect(pair.onlyCandidate == 2 && pair.onlyReference == 0 && pair.signTest == 0.5 && pair.n == 3)
  }

  private func rows(_ right: [Bool]) -> [(Int, Bool)] { right.enumerated().map { ($0, $1) } }

  @Test func sampleStandardDeviation() throws {
    // Mean 4; squares 4 + 0 + 4; /2 = 4.
    let summary = try #require(SampleSummary([2, 4, 6]))
    #expect(summary.mean == 4 && summary.deviation == 2 && summary.n == 3)
    #expect(SampleSummary([7])?.deviation == nil && SampleSummary([7])?.mean == 7)
    #expect(SampleSummary([]) == nil)
  }

  @Test func oneTaskOnePair() throws {
    // As PairedDifferenceTests: d = 1, 1, 1, −1, 0, 0, 0, 0: mean 1/4, s.e. = √(1/16) = 1/4, z = 1.
    let baseline = rows([false, false, false, true, true, true, false, false])
    let candidate = rows([true, true, true, false, true, true, false, false])
    let difference = try MethodDifference(
      candidate: "a", reference: "b", runs: [(answers("a", [candidate]), answers("b", [baseline]))])
    #expect(difference.mean == 0.25 && abs((difference.standardError ?? 9) - 0.25) < 1e-12)
    #expect(abs((difference.lower ?? 9) - -0.239_991) < 1e-6 && abs((difference.upper ?? 9) - 0.739_991) < 1e-6)
    // P(|z| > 1) = 0.317311.
    #expect(abs((difference.p ?? 9) - 0.317_310_5) < 1e-6)
    #expect(difference.examples == 8 && difference.spread?.deviation == nil)
    let pair = try #require(difference.pairs.first)
    #expect(pair.n == 8 && pair.onlyCandidate == 3 && pair.onlyReference == 1 && pair.difference == 0.25)
    // 2 (C(4,0) + C(4,1)) / 16 = 10/16.
    #expect(abs(pair.signTest - 0.625) < 1e-12)
  }

  /// Tasks weigh the same however many rows they have, as in ACC.
  @Test func tasksOfDifferentSizes() throws {
    let one = answers("a", [rows([true, true]), rows([true, false, false, false])])
    let other = answers("b", [rows([false, true]), rows([false, false, false, true])])
    let difference = try MethodDifference(candidate: "a", reference: "b", runs: [(one, other)])
    // Task 0: d = 1, 0: mean 1/2, s² = 1/2. Task 1: d = 1, 0, 0, −1: mean 0, s² = 2/3.
    // D = 1/4; s.e.² = (1/4) (1/2 / 2 + 2/3 / 4) = (1/4) (5/12) = 5/48.
    #expect(difference.mean == 0.25 && difference.examples == 6)
    #expect(abs((difference.standardError ?? 9) - (5.0 / 48).squareRoot()) < 1e-12)
  }

  /// The same rows in two seeds are not new examples: what both runs do on one row adds up before it is squared.
  @Test func examplesAreNotCountedTwice() throws {
    let reference = [rows([false, false, false, false])]
    let first = [rows([true, true, false, false])]
    func difference(_ second: [[(Int, Bool)]]) throws -> MethodDifference {
      try MethodDifference(
        candidate: "a", reference: "b",
        runs: [
          (answers("a", seed: 0, first), answers("b", seed: 0, reference)),
          (answers("a", seed: 1, second), answers("b", seed: 1, reference)),
        ])
    }
    // Equal runs say what one says: d̄ = 1, 1, 0, 0: mean 1/2, s² = 1/3, s.e.² = 1/12.
    let same = try difference(first)
    #expect(same.mean == 0.5 && same.examples == 4 && same.pairs.count == 2 && same.spread?.deviation == 0)
    #expect(abs((same.standardError ?? 9) - (1.0 / 12).squareRoot()) < 1e-12)
    // d̄ = 1, ½, ½, 0: mean 1/2, s² = 1/6, s.e.² = 1/24.
    let other = try difference([rows([true, false, true, false])])
    #expect(other.mean == 0.5 && abs((other.standardError ?? 9) - (1.0 / 24).squareRoot()) < 1e-12)
    // Differences 1/2 and 3/4: mean 5/8, s = √(2 · (1/8)²) = 0.176777.
    let uneven = try difference([rows([true, true, true, false])])
    #expect(uneven.mean == 0.625 && abs((uneven.spread?.deviation ?? 9) - 0.176_776_695) < 1e-9)
  }

  /// By hand: orders 1 and 2 with the seeds 0 and 1, differences 1, 1/2 (seed 0) and 1/2, 0 (seed 1) on two rows. Seed means 3/4 and 1/4,
  /// order means 3/4 and 1/4: mean 1/2, s.e. 1/4, t(1) 12.7062. Over rows the same pairs leave no doubt at all.
  @Test func intervalsOverSeedsAndOrders() throws {
    func answers(_ method: String, _ order: Int, _ seed: UInt64, _ right: [Bool]) -> MethodDifference.Answers {
      MethodDifference.Answers(
        cell: ComparisonCell(method: method, order: order, seed: seed),
        tasks: [("task", right.enumerated().map { ($0, $1 ? 1 : 0) })])
    }
    let wrong = [false, false]
    let runs: [(Int, UInt64, [Bool])] = [
      (1, 0, [true, true]), (2, 0, [true, false]), (1, 1, [false, true]), (2, 1, [false, false]),
    ]
    let difference = try MethodDifference(
      candidate: "a", reference: "b",
      runs: runs.map { (answers("a", $0, $1, $2), answers("b", $0, $1, wrong)) })
    for interval in [difference.overSeeds, difference.overOrders] {
      let interval = try #require(interval)
      #expect(interval.n == 2 && interval.mean == 0.5 && abs(interval.standardError - 0.25) < 1e-12)
      #expect(abs(interval.lower - (0.5 - 12.706_204_736 / 4)) < 1e-8)
    }
    #expect(difference.standardError == 0 && difference.p == nil)
    // One order, one seed: nothing is known of others.
    let one = try MethodDifference(
      candidate: "a", reference: "b", runs: [(answers("a", 1, 0, [true, true]), answers("b", 1, 0, wrong))])
    #expect(one.overSeeds == nil && one.overOrders == nil)
    // Three seeds of which one has two orders: seeds weigh the same.
    let uneven = try MethodDifference(
      candidate: "a", reference: "b",
      runs: [(1, 0, [true, true]), (2, 0, wrong), (1, 1, wrong), (1, 2, [true, true])].map {
        (answers("a", $0, UInt64($1), $2), answers("b", $0, UInt64($1), wrong))
      })
    #expect(uneven.overSeeds?.n == 3 && uneven.overSeeds?.mean == 0.5 && uneven.overOrders?.n == 2)
    #expect(uneven.mean == 0.5)
  }

  @Test func nothingToMeasureWith() throws {
    let none = try MethodDifference(candidate: "a", reference: "b", runs: [])
    #expect(none.mean == nil && none.p == nil && none.lower == nil && none.examples == 0)
    let right = rows([true, true, true])
    let equal = try MethodDifference(
      candidate: "a", reference: "b", runs: [(answers("a", [right]), answers("b", [right]))])
    #expect(equal.mean == 0 && equal.standardError == 0 && equal.p == 1 && equal.pairs[0].signTest == 1)
    // Better on every example: no spread, so nothing to measure the difference with; the sign test has 2/2³.
    let wrong = rows([false, false, false])
    let all = try MethodDifference(
      candidate: "a", reference: "b", runs: [(answers("a", [right]), answers("b", [wrong]))])
    #expect(all.mean == 1 && all.standardError == 0 && all.p == nil && abs(all.pairs[0].signTest - 0.25) < 1e-12)
    let single = try MethodDifference(
      candidate: "a", reference: "b", runs: [(answers("a", [rows([true])]), answers("b", [rows([false])]))])
    #expect(single.mean == 1 && single.standardError == nil && single.lower == nil && single.p == nil)
  }

  @Test func otherExamplesAreRefused() {
    let one = answers("a", [[(0, true), (1, true)]])
    for other in [[[(0, true), (2, true)]], [[(0, true)]], [[(0, true), (1, true)], [(0, true)]]] {
      #expect(throws: ComparisonError.self) {
        try MethodDifference(candidate: "a", reference: "b", runs: [(one, answers("b", other))])
      }
    }
  }

  @Test func signTestOfManyExamples() throws {
    // 2^−2000 is not a double. 900 against 1100: z with continuity = 199/√2000 = 4.4498, p ≈ 8.6e-6.
    let baseline = [Bool](repeating: true, count: 900) + [Bool](repeating: false, count: 1100)
    let p = try PairedDifference(baseline: baseline, candidate: baseline.map { !$0 }).signTest
    #expect(p > 7e-6 && p < 1e-5)
  }
}
