import Assurance
import Files
import Foundation
import Randomness
import Testing

@testable import Review

/// Does the walk end where the counts say, and does it say what is missing where it does not begin?
@Suite struct CertifierTests {
  /// All rows below 0.7 are wrong: no threshold far below it can pass, and those above it all do.
  @Test func theWalkEndsBeforeTheErrors() throws {
    var random = RandomStream(seed: 3, "test", "walk")
    let rows = SyntheticRows.coinRows(2000, &random) { probability, _ in probability > 0.5 && probability < 0.7 }
    let outcome = try Certifier.certify(SyntheticRows.request(rows))
    let certificate = try #require(outcome.certificate, "\(outcome.verdict)")
    #expect(certificate.tau > 0.6 && certificate.tau < 0.75, "τ \(certificate.tau)")
    let above = outcome.rows.certifying.filter { ($0.score(1, certificate.scale) ?? 0) >= certificate.tau }
    #expect(certificate.n == above.count && certificate.k == above.filter { $0.label == "ok" }.count)
    #expect(certificate.upper <= 0.05 && certificate.alpha == 0.05 && certificate.delta == 0.05)
    #expect(outcome.steps.last?.isPassed == false, "it ends at a threshold that does not pass")
    let thresholds = outcome.steps.map(\.threshold)
    #expect(outcome.steps.filter { !$0.isPassed }.count == 1)
    #expect(thresholds == thresholds.sorted(by: >) && Set(thresholds).count == thresholds.count)
  }

  /// Where the walk begins depends on scores of other rows, and on how many rows there are: never on what these say.
  @Test func theStartDoesNotDependOnTheRowsThatCertify() throws {
    var random = RandomStream(seed: 4, "test", "start")
    let rows = SyntheticRows.coinRows(1000, &random) { _, _ in false }
    let first = try #require(try Certifier.certify(SyntheticRows.request(rows)).steps.first)
    let lower = rows.map { row in
      CalibrationRow(
        item: row.item, standing: row.standing, label: "ok", scores: [log(0.49), log(0.51)], bindings: row.bindings,
        arrived: row.arrived)
    }
    let outcome = try Certifier.certify(SyntheticRows.request(lower))
    #expect(outcome.steps.first?.threshold == first.threshold && outcome.steps.first?.wrong.n == 0)
    #expect(outcome.certificate == nil, "skipping thresholds without rows would be outside of the proof")
  }

  @Test func eachLookAtTheSameRowsHasASmallerPart() throws {
    var random = RandomStream(seed: 5, "test", "looks")
    let rows = SyntheticRows.coinRows(2000, &random) { _, _ in false }
    let first = try #require(try Certifier.certify(SyntheticRows.request(rows)).certificate)
    let looks = Dictionary(uniqueKeysWithValues: rows.prefix(500).map { ($0.item, 2) })
    let third = try #require(try Certifier.certify(SyntheticRows.request(rows, looks: looks)).certificate)
    #expect(first.look == 1 && third.look == 3)
    for certificate in [first, third] {
      let place = Double(certificate.look)
      #expect(abs(certificate.level - 0.05 * 6 / (Double.pi * Double.pi * place * place)) < 1e-15)
    }
    #expect(third.upper > first.upper || third.tau > first.tau)
    let others = Dictionary(uniqueKeysWithValues: (0..<9).map { (SyntheticRows.digest("other \($0)"), 7) })
    #expect(try Certifier.certify(SyntheticRows.request(rows, looks: others)).certificate?.look == 1)
  }

  /// Mistakes of people are wrong rows, too: what is certified is agreement with them.
  @Test func whatPeopleGetWrongCounts() throws {
    var random = RandomStream(seed: 6, "test", "noise")
    let rows = SyntheticRows.coinRows(3000, &random) { _, draw in draw < 0.04 }
    let outcome = try Certifier.certify(SyntheticRows.request(rows, precision: 0.98))
    let refusal = try #require(outcome.refusal)
    #expect(refusal.reason == .tooManyErrors && refusal.needs == nil && outcome.isLook)
    #expect(abs((refusal.seen ?? 0) - 0.04) < 0.03)
  }

  @Test func noTargetAboveTheAgreementOfPeople() throws {
    var random = RandomStream(seed: 7, "test", "agreement")
    let rows = SyntheticRows.coinRows(3000, &random) { _, _ in false }
    func outcome(_ n: Int, _ same: Int) throws -> CertificationOutcome {
      try Certifier.certify(SyntheticRows.request(rows, agreement: LabelerAgreement(n: n, same: same)))
    }
    #expect(try outcome(100, 94).refusal?.reason == .peopleDisagree)
    #expect(try outcome(100, 95).certificate != nil)
    let few = try #require(try outcome(19, 19).refusal)
    #expect(few.reason == .fewDoubles && few.have == 19 && few.needs == 20)
    #expect(try !outcome(100, 94).isLook, "no label of a row was compared")
  }

  /// 0.95⁶⁹ ≤ 0.05 · 6/π², so that 138 rows are to be expected above the first threshold; half of the stream is above the loosest.
  @Test func tooFewRowsSayHowManyItTakes() throws {
    var random = RandomStream(seed: 8, "test", "few")
    let rows = SyntheticRows.coinRows(100, &random) { _, _ in false }
    let outcome = try Certifier.certify(SyntheticRows.request(rows))
    let refusal = try #require(outcome.refusal)
    #expect(refusal.reason == .fewRows && refusal.needs == 276 && refusal.coinRows == 276)
    #expect(refusal.have == outcome.rows.certifying.count && !outcome.isLook)
    #expect(refusal.text.contains("needs 276"), "\(refusal.text)")
  }

  @Test func whatIsNearlyGoodEnoughNeedsMoreRows() throws {
    var random = RandomStream(seed: 12, "test", "nearly")
    let rows = SyntheticRows.coinRows(700, &random) { _, draw in draw < 0.035 }
    let refusal = try #require(try Certifier.certify(SyntheticRows.request(rows)).refusal)
    #expect(refusal.reason == .tooManyErrors)
    let needs = try #require(refusal.needs, "\(refusal.text)")
    #expect(needs > refusal.have)
  }

  /// The part of the rows that does not certify tells how sure a model should have been, and the other part is then judged on that scale.
  @Test func theScaleComesFromTheOtherRows() throws {
    var random = RandomStream(seed: 12, "test", "scale")
    /// The model says 0.73 for each 0.9 that it should say: its log odds are half of what they should be.
    let rows = SyntheticRows.coinRows(3000, &random) { probability, draw in
      let odds = log(max(probability, 1 - probability) / min(probability, 1 - probability))
      return draw > 1 / (1 + exp(-2 * odds))
    }
    var request = SyntheticRows.request(rows)
    request.rules.fitsTwoLabels = true
    let outcome = try Certifier.certify(request)
    let certificate = try #require(outcome.certificate, "\(outcome.verdict)")
    #expect(abs(certificate.scale.temperature - 0.5) < 0.1, "T \(certificate.scale.temperature)")
    let fitting = Set(outcome.rows.fitting.map(\.item))
    let changed = rows.map { row in
      fitting.contains(row.item)
        ? row
        : CalibrationRow(
          item: row.item, standing: row.standing, label: "ok", scores: row.scores, bindings: row.bindings,
          arrived: row.arrived)
    }
    request.rows = changed
    #expect(try Certifier.certify(request).certificate == nil)
    request.rules.leastFitting = .max
    request.rows = rows
    #expect(try Certifier.certify(request).certificate?.scale.temperature == 1)
  }

  @Test func whatTheModelNeverClaimsCanNeverBeCertified() throws {
    var request = SyntheticRows.request([])
    request.stream = (0..<300).map { SyntheticRows.row("stream \($0)", 0.3, origin: .queue) }
    let refusal = try #require(try Certifier.certify(request).refusal)
    #expect(refusal.reason == .fewRows && refusal.needs == nil)
    request.stream = []
    #expect(try Certifier.certify(request).refusal?.reason == .fewStreamItems)
  }

  @Test(arguments: [0, 1, -0.5, Double.nan, .infinity])
  func numbersThatCannotBe(value: Double) {
    var request = SyntheticRows.request([])
    request.precision = value
    #expect(throws: CertificationError.self) { try Certifier.certify(request) }
    request = SyntheticRows.request([], side: "spam")
    #expect(throws: CertificationError.self) { try Certifier.certify(request) }
  }

  /// A row that a person decides anyway is neither right nor wrong, and scores that are none make none.
  @Test func scoresThatAreNone() throws {
    var random = RandomStream(seed: 10, "test", "none")
    var rows = SyntheticRows.coinRows(1200, &random) { _, _ in false }
    let clean = try #require(try Certifier.certify(SyntheticRows.request(rows)).certificate)
    rows += (0..<50).map { number in
      CalibrationRow(
        item: SyntheticRows.digest("none \(number)"), standing: RowStanding(origin: .coinCalibrate, isFinal: true),
        label: "ok", scores: [[.nan, 0], [.infinity, .infinity], [0], []][number % 4],
        bindings: SyntheticRows.bindings, arrived: SyntheticRows.now)
    }
    let other = try #require(try Certifier.certify(SyntheticRows.request(rows)).certificate)
    #expect((other.n, other.k, other.tau) == (clean.n, clean.k, clean.tau))
    #expect(other.prevalence < clean.prevalence)
  }
}
