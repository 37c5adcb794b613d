import Foundation
import Randomness
import Testing

@testable import Evolution

/// Are equal samples let pass and different ones told apart?
@Suite struct TwoSampleTests {
  /// Rows of numbers around a middle.
  private func rows(_ count: Int, width: Int = 12, around middle: Float = 0, seed: UInt64) throws -> FeatureRows {
    var stream = RandomStream(seed: seed, "test", "features")
    return try FeatureRows(
      (0..<count).map { _ in
        (0..<width).map { column in
          let sum = (0..<4).reduce(0.0) { total, _ in total + stream.share() } - 2
          return Float(sum) + (column == 3 ? middle : 0) + 5
        }
      })
  }

  @Test func equalSamplesRaiseNoAlarm() throws {
    for seed in 0..<6 as Range<UInt64> {
      let test = try #require(
        try TwoSampleTest(reference: rows(120, seed: 2 * seed), now: rows(150, seed: 2 * seed + 1), seed: seed))
      #expect(test.rows == 120)
      #expect(test.p > 0.001, "seed \(seed): \(test)")
      #expect(test.discrepancy.p > 0.005, "seed \(seed): \(test)")
    }
  }

  @Test func aMovedColumnIsSeenByBoth() throws {
    let test = try #require(
      try TwoSampleTest(reference: rows(150, seed: 1), now: rows(150, around: 1.5, seed: 2), seed: 3))
    #expect(test.accuracy > 0.75)
    #expect(test.p < 1e-6)
    #expect(test.discrepancy.p < 0.01)
    #expect(try TwoSampleTest(reference: rows(150, seed: 1), now: rows(150, around: 1.5, seed: 2), seed: 3) == test)
  }

  @Test func fewRowsTellNothing() throws {
    #expect(try TwoSampleTest(reference: rows(49, seed: 1), now: rows(500, seed: 2), seed: 3) == nil)
    #expect(throws: (any Error).self) {
      try TwoSampleTest(reference: rows(60, width: 3, seed: 1), now: rows(60, seed: 2), seed: 3)
    }
  }

  @Test func equalRowsAreNoDrift() throws {
    let same = try FeatureRows([[Float]](repeating: [1, 2, 3], count: 60))
    let test = try #require(try TwoSampleTest(reference: same, now: same, seed: 0))
    #expect(test.p > 0.5)
    #expect(test.discrepancy.p == 1)
  }

  @Test func theDirectionIsThatOfTheLogarithmicLoss() throws {
    // With ±1 alone on one column the slope of the penalized loss vanishes where −s σ(−w) + 0.01 w = 0 (all rows right).
    let rows = try FeatureRows((0..<40).map { [$0 < 20 ? -1 : 1] })
    let weight = LogisticDirection(rows, isSecond: (0..<40).map { $0 >= 20 }).weights[0]
    #expect(abs(1 / (1 + exp(weight)) - 0.01 * weight) < 1e-3)
  }

  @Test func featuresThatAreNoneAreRefused() throws {
    #expect(throws: (any Error).self) { try FeatureRows([[1, .nan]]) }
    #expect(throws: (any Error).self) { try FeatureRows([[1, .infinity]]) }
    #expect(throws: (any Error).self) { try FeatureRows([[1e30]]) }
    #expect(throws: (any Error).self) { try FeatureRows([[1, 2], [3]]) }
    #expect(try FeatureRows([]).normalized().count == 0)
  }

  @Test func rowsComeOutAsTheyWentIn() throws {
    let rows = (0..<5).map { row in (0..<11).map { Float(row * 11 + $0) } }
    let features = try FeatureRows(rows)
    #expect((0..<5).map(features.row) == rows)
    #expect(features.rows([4, 0, 9]).row(1) == rows[0])
    #expect(features.row(5) == [])
    #expect(features.product(1, features, 2) == zip(rows[1], rows[2]).reduce(0) { $0 + $1.0 * $1.1 })
    let unit = features.normalized()
    #expect(abs(unit.product(3, unit, 3) - 1) < 1e-5)
  }
}
