import Assurance
import Foundation
import Testing

/// Are p-values, rows needed and power those of scipy's binomial distribution, to the last row?
@Suite struct SideTargetTests {
  private let golden: CertificationGolden

  init() throws { golden = try CertificationGolden.load() }

  @Test func pValues() throws {
    #expect(golden.pValues.count == 72)
    for row in golden.pValues {
      let wrong = try Proportion(successes: try #require(Int(exactly: row[0])), n: try #require(Int(exactly: row[1])))
      let pValue = wrong.pValue(atLeast: row[2])
      #expect(isClose(pValue, row[3], relative: 1e-10), "\(row): \(pValue)")
    }
  }

  /// The p-value is at most δ exactly where the upper bound is at most α.
  @Test func pValueAndBoundSayTheSame() throws {
    for n in [1, 58, 59, 93, 400] {
      for k in 0...min(n, 12) {
        for (limit, error) in [(0.05, 0.05), (0.02, 0.01), (0.3, 0.2)] {
          let wrong = try Proportion(successes: k, n: n)
          #expect((wrong.pValue(atLeast: limit) <= error) == (wrong.upperBound(error: error) <= limit), "\(k) of \(n)")
        }
      }
    }
    let wrong = try Proportion(successes: 2, n: 380)
    #expect(isClose(wrong.upperBound(error: 0.05), wrong.upperBound(level: 0.95)))
    // 1 − (1 − 1e−15) would have lost a tenth of the error.
    let none = try Proportion(successes: 0, n: 10)
    #expect(isClose(none.upperBound(error: 1e-15), 1 - pow(1e-15, 0.1)))
  }

  @Test func nothingIsRefutedBySharesThatAreNone() throws {
    let none = try Proportion(successes: 0, n: 1000)
    for share in [0, 1, -0.5, 2, Double.nan] { #expect(none.pValue(atLeast: share) == 1) }
    for error in [0, 1, -0.5, Double.nan] { #expect(none.upperBound(error: error) == 1) }
    #expect(try Proportion(successes: 0, n: 0).pValue(atLeast: 0.02) == 1)
  }

  /// The table of docs/assurance.md.
  @Test func rowsNeeded() throws {
    #expect(golden.needed.count == 6)
    for expected in golden.needed {
      let target = try SideTarget(errorLimit: expected.limit, error: expected.delta)
      for (wrong, rows) in zip(expected.wrong, expected.rows) {
        #expect(target.rowsNeeded(wrong: wrong) == rows, "α \(expected.limit), δ \(expected.delta), k \(wrong)")
        #expect(target.wrongAllowed(rows: rows) == wrong)
        let fewer = target.wrongAllowed(rows: rows - 1)
        #expect(fewer == (wrong == 0 ? nil : wrong - 1), "\(rows - 1) rows allow \(String(describing: fewer))")
      }
    }
    let table = try [0.05, 0.02, 0.01].map { limit in
      let target = try SideTarget(errorLimit: limit, error: 0.05)
      return [0, 1, 2, 3, 5, 10, 20].map { target.rowsNeeded(wrong: $0) }
    }
    #expect(
      table == [
        [59, 93, 124, 153, 208, 336, 577], [149, 236, 313, 386, 523, 845, 1449],
        [299, 473, 628, 773, 1049, 1693, 2902],
      ])
  }

  @Test func sixSidesTogether() throws {
    let rows = try [0.05, 0.02, 0.01].map {
      try SideTarget(errorLimit: $0, error: 0.05).shared(amongSides: 6).rowsNeeded(wrong: 0)
    }
    #expect(rows == [94, 237, 477])
    let target = try SideTarget(errorLimit: 0.02, error: 0.05)
    #expect(target.shared(amongSides: 0) == target)
  }

  @Test func rowsForPower() throws {
    #expect(golden.power.count == 9)
    for row in golden.power {
      let target = try SideTarget(errorLimit: row[0], error: 0.05)
      let rows = target.rowsNeeded(trueError: row[1] * row[0])
      #expect(rows == Int(exactly: row[2]), "\(row): \(String(describing: rows))")
    }
  }

  /// One row fewer than the answer is not enough, and no number of rows after it is too few.
  @Test func powerStaysHighEnough() throws {
    let target = try SideTarget(errorLimit: 0.05, error: 0.05)
    let rows = try #require(target.rowsNeeded(trueError: 0.025))
    #expect(target.power(rows: rows - 1, trueError: 0.025) < 0.9)
    for more in rows..<rows + 200 { #expect(target.power(rows: more, trueError: 0.025) >= 0.9, "\(more)") }
  }

  @Test func whatCannotBePlanned() throws {
    let target = try SideTarget(precision: 0.98, confidence: 0.95)
    #expect(target.rowsNeeded(trueError: 0) == 149 && target.power(rows: 149, trueError: 0) == 1)
    for error in [target.errorLimit, 0.5, 1, -0.1, Double.nan] {
      #expect(target.rowsNeeded(trueError: error) == nil, "\(error)")
    }
    #expect(target.rowsNeeded(trueError: 0.005, power: 1) == nil && target.rowsNeeded(wrong: -1) == nil)
    #expect(target.rowsNeeded(wrong: .max) == nil && target.wrongAllowed(rows: 148) == nil)
    #expect(target.wrongAllowed(rows: 0) == nil && target.wrongAllowed(rows: .min) == nil)
    #expect(target.power(rows: 1000, trueError: 1) == 0 && target.power(rows: 10, trueError: 0.001) == 0)
  }

  @Test(arguments: [0, 1, -0.02, 1.5, Double.nan, .infinity])
  func numbersOutOfRange(number: Double) {
    #expect(throws: AssuranceError.self) { try SideTarget(errorLimit: number, error: 0.05) }
    #expect(throws: AssuranceError.self) { try SideTarget(errorLimit: 0.02, error: number) }
    #expect(throws: AssuranceError.self) { try SideTarget(precision: number, confidence: 0.95) }
    #expect(throws: AssuranceError.self) { try SideTarget(precision: 0.98, confidence: number) }
    #expect(throws: AssuranceError.self) { try LookSpending.share(of: number, look: 1) }
  }

  /// By hand: the first look has 6/π² of δ, the second a quarter of that; all of them have less than δ.
  @Test func looks() throws {
    let shares = try (1...2000).map { try LookSpending.share(of: 0.05, look: $0) }
    #expect(isClose(shares[0], 0.05 * 6 / (Double.pi * Double.pi)) && isClose(shares[1], shares[0] / 4))
    let sum = shares.reduce(0, +)
    #expect(0.04998 < sum && sum < 0.05)
    #expect(try SideTarget(errorLimit: 0.02, error: 0.05).atLook(2).error == shares[1])
    for look in [0, -1, .min] { #expect(throws: AssuranceError.self) { try LookSpending.share(of: 0.05, look: look) } }
  }

  /// By hand: 49 : 1 at one half is 49 π : (1 − π) elsewhere.
  @Test func precisionElsewhere() throws {
    for (prevalence, expected) in [(0.12, 0.87), (0.05, 0.72), (0.01, 0.33), (0.5, 0.98)] {
      let precision = try #require(Prevalence.precision(0.98, from: 0.5, to: prevalence))
      #expect(abs(precision - expected) < 0.005, "\(prevalence): \(precision)")
    }
    #expect(Prevalence.precision(1, from: 0.5, to: 0) == nil && Prevalence.precision(0.9, from: 0, to: 0.5) == nil)
    #expect(Prevalence.precision(.nan, from: 0.5, to: 0.5) == nil && Prevalence.precision(0.9, from: 0.5, to: 0) == 0)
  }
}
