import Assurance
import Files
import Foundation
import Randomness
import Testing

@testable import Review

/// Does the guarantee hold through the whole path from rows to certificate, and do the traps break it where they are walked into?
@Suite struct CertificateTheoremTests {
  private static let runs = 120
  /// Just more than is allowed, whatever the score: every certificate is a bad one.
  private static let error = 0.0502
  private static let delta = 0.05

  private static let limit = delta + 3 * (delta * (1 - delta) / Double(runs)).squareRoot()

  /// The share of the runs that end with a certificate.
  private func certified(_ name: String, rows count: Int, copies: Int = 1, cluster: Bool = false) throws -> Double {
    var certificates = 0
    for run in 0..<Self.runs {
      var random = RandomStream(seed: UInt64(run), "test", "theorem", name)
      let rows = SyntheticRows.coinRows(count, &random) { _, draw in draw < Self.error }
      let copied = (0..<copies).flatMap { copy in
        rows.map { row in
          CalibrationRow(
            item: copy == 0 ? row.item : SyntheticRows.digest("\(row.item) \(copy)"), cluster: cluster ? row.item : nil,
            standing: row.standing, label: row.label, scores: row.scores, bindings: row.bindings,
            arrived: row.arrived)
        }
      }
      if try Certifier.certify(SyntheticRows.request(copied)).certificate != nil { certificates += 1 }
    }
    return Double(certificates) / Double(Self.runs)
  }

  @Test func badCertificatesAreAsRareAsPromised() throws {
    let share = try certified("honest", rows: 640)
    #expect(share <= Self.limit, "\(share) of \(Self.runs) runs, at most \(Self.limit); seeds 0 to \(Self.runs - 1)")
  }

  /// Ten near-duplicates of each row are counted as ten rows: the promise is broken. Told which belong together, it is kept.
  @Test func nearDuplicatesBreakItUnlessTheyAreOne() throws {
    let broken = try certified("copies", rows: 64, copies: 10)
    #expect(broken > Self.limit, "\(broken), more than \(Self.limit); seeds 0 to \(Self.runs - 1)")
    let kept = try certified("copies", rows: 640, copies: 2, cluster: true)
    #expect(kept <= Self.limit, "\(kept), at most \(Self.limit); seeds 0 to \(Self.runs - 1)")
  }

  /// MoE-CL's rule on the same kind of rows: it finds a set that reaches the target nearly always, and its true precision never does.
  @Test func thresholdsChosenOnTheRowsThemselvesPromiseNothing() throws {
    var found = 0
    for run in 0..<Self.runs {
      var random = RandomStream(seed: UInt64(run), "test", "theorem", "oracle")
      let rows = SyntheticRows.coinRows(280, &random) { _, draw in draw < Self.error }.map {
        ScoredRow(score: exp($0.scores[1]), isWrong: $0.label == "ok")
      }
      if try EmpiricalThreshold(rows: rows.filter { $0.score > 0.5 }, precision: 0.95) != nil { found += 1 }
    }
    let share = Double(found) / Double(Self.runs)
    #expect(share > 0.5, "\(share); seeds 0 to \(Self.runs - 1)")
  }

  /// A precision that was reached on a file with as many violations as others is not that of a stream with few of them.
  @Test func prevalenceOfAFileIsNotThatOfTheStream() throws {
    var random = RandomStream(seed: 11, "test", "prevalence")
    /// `violation` is found in 99 of 100, and 1 of 100 others is taken for it.
    func rows(_ prevalence: Double, _ count: Int, _ name: String) -> [CalibrationRow] {
      (0..<count).map { number in
        let isViolation = random.uniform() < prevalence
        let isClaimed = random.uniform() < 0.99 ? isViolation : !isViolation
        let probability = isClaimed ? 0.55 + 0.4 * random.uniform() : 0.05 + 0.4 * random.uniform()
        return SyntheticRows.row(
          "\(name) \(number)", probability, label: SyntheticRows.labels[isViolation ? 1 : 0])
      }
    }
    var file = SyntheticRows.request(rows(0.5, 4000, "file"), purpose: .notForProduction)
    file.stream = rows(0.5, 1000, "unlabelled").map(unlabelled)
    let certificate = try #require(try Certifier.certify(file).certificate)
    #expect(certificate.purpose == .notForProduction && abs(certificate.prevalence - 0.5) < 0.05)
    let stream = rows(0.05, 20_000, "stream").filter { exp($0.scores[1]) >= certificate.tau }
    let realised = Double(stream.filter { $0.label == "violation" }.count) / Double(stream.count)
    #expect(realised < 0.9, "odds of 99 · 0.05/0.95 make 0.84, not \(realised)")
    #expect(throws: CertificationError.notForProduction(task: "spam", label: "violation")) {
      try certificate.requireUsable(for: SyntheticRows.bindings, at: SyntheticRows.now)
    }
    var coin = SyntheticRows.request(rows(0.05, 8000, "coin"))
    coin.stream = rows(0.05, 2000, "unlabelled coin").map(unlabelled)
    let refusal = try #require(try Certifier.certify(coin).refusal, "on rows of the stream itself it shows")
    #expect(refusal.reason == .tooManyErrors)
  }

  /// A row as the stream has it: nobody has looked at it.
  private func unlabelled(_ row: CalibrationRow) -> CalibrationRow {
    CalibrationRow(
      item: row.item, standing: RowStanding(origin: .automatic, isFinal: false), label: nil, scores: row.scores,
      bindings: row.bindings, arrived: row.arrived)
  }
}
