import Assurance
import Foundation
import Testing

/// Is κ that of statsmodels, and its interval honest where it has no width?
@Suite struct LabelAgreementTests {
  @Test func goldens() throws {
    let golden = try CertificationGolden.load()
    #expect(golden.agreement.count == 6)
    for expected in golden.agreement {
      let agreement = LabelAgreement(try ClassReport(confusion: expected.table))
      let (kappa, variance) = (try #require(agreement.kappa), try #require(agreement.kappaVariance))
      #expect(isClose(kappa, expected.kappa), "\(expected.table): \(kappa), not \(expected.kappa)")
      #expect(isClose(variance, expected.variance, absolute: 1e-14), "\(expected.table): \(variance)")
      guard agreement.raw.successes > 0 else { continue }
      let interval = try #require(agreement.kappaInterval())
      #expect(isClose(interval.low, expected.interval[0]) && isClose(interval.high, min(expected.interval[1], 1)))
    }
  }

  /// By hand: 35 of 50 agree, ½ is expected: κ = (0.7 − 0.5) / 0.5.
  @Test func byHand() throws {
    let first = [Int](repeating: 0, count: 25) + [Int](repeating: 1, count: 25)
    let second =
      [Int](repeating: 0, count: 20) + [Int](repeating: 1, count: 5) + [Int](repeating: 0, count: 10)
      + [Int](repeating: 1, count: 15)
    let agreement = try LabelAgreement(first: first, second: second, labels: 2)
    #expect(agreement.raw.successes == 35 && agreement.raw.n == 50 && isClose(agreement.expected, 0.5))
    #expect(isClose(try #require(agreement.kappa), 0.4))
    let swapped = try LabelAgreement(first: second, second: first, labels: 2)
    #expect(isClose(try #require(swapped.kappa), 0.4))
    #expect(isClose(try #require(swapped.kappaVariance), try #require(agreement.kappaVariance)))
  }

  /// Twenty equal labels show no perfect agreement: the exact lower bound of 20 of 20 is 0.832, and p_e ½.
  @Test func perfectAgreementHasWidth() throws {
    let labels = (0..<20).map { $0 % 2 }
    let agreement = try LabelAgreement(first: labels, second: labels, labels: 2)
    let interval = try #require(agreement.kappaInterval())
    #expect(agreement.kappa == 1 && interval.high == 1)
    #expect(isClose(interval.low, 2 * agreement.raw.clopperPearson().low - 1) && interval.low < 0.67)
    #expect(agreement.kappaInterval(level: 2) == Interval(low: -1, high: 1))
  }

  @Test func oneLabelAloneIsNoAgreement() throws {
    let agreement = try LabelAgreement(first: [1, 1, 1], second: [1, 1, 1], labels: 3)
    #expect(agreement.kappa == nil && agreement.kappaInterval() == nil && agreement.raw.value == 1)
    #expect(try JSONDecoder().decode(LabelAgreement.self, from: JSONEncoder().encode(agreement)) == agreement)
  }

  @Test func hostileLabels() {
    #expect(throws: AssuranceError.self) { try LabelAgreement(first: [], second: [], labels: 2) }
    #expect(throws: AssuranceError.self) { try LabelAgreement(first: [0], second: [0, 1], labels: 2) }
    #expect(throws: AssuranceError.self) { try LabelAgreement(first: [0], second: [2], labels: 2) }
  }
}
