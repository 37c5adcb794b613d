import Files
import Foundation
import GRDB
import Testing

@testable import Review

/// Does a certificate rest on the right rows of the file, and is every look at them remembered?
@Suite struct CertificationStoreTests {
  @Test func fromTheFileToACertificateThatFollowsFromIt() throws {
    let file = try ReviewFile.week()
    let (outcome, name) = try file.certify()
    let digest = try #require(name, "\(outcome.verdict)")
    #expect(outcome.rows.certifying.count == 640)
    try file.certification { store in
      let named = try store.certificate(digest)
      #expect(named.certificate == outcome.certificate)
      try named.certificate.verify(blob: store.evidence)
      for item in outcome.rows.certifying.map(\.item) {
        #expect(
          try store.standings(item) == [RowStanding(origin: .coinCalibrate, isFinal: true, certificate: .current)])
      }
      #expect(try store.looks("spam", "violation").count == outcome.rows.certifying.count)
    }
    let later = SyntheticRows.now + 15 * 86_400
    try file.certification(at: later) { store in
      let row = try #require(outcome.rows.certifying.first)
      #expect(try store.standings(row.item).map(\.certificate) == [.expired])
      try RowUse.train.require([row.item]) { try store.standings($0).first }
    }
    #expect(try file.certify().0.certificate?.look == 2)
    #expect(throws: CertificationError.unknownCertificate(SyntheticRows.digest("none"))) {
      try file.certification { _ = try $0.certificate(SyntheticRows.digest("none")) }
    }
  }

  @Test func certificatesAndLooksAreNeitherChangedNorTakenBack() throws {
    let file = try ReviewFile.week()
    _ = try file.certify()
    for change in [
      "UPDATE certificate SET body = x'00'", "DELETE FROM certificate", "UPDATE evidence SET body = x'00'",
      "DELETE FROM certified", "UPDATE look SET count = count - 1", "DELETE FROM look",
    ] {
      #expect(throws: DatabaseError.self, "\(change)") { try file.queue.write { try $0.execute(sql: change) } }
    }
  }

  @Test func whoLookedInTheMeantimeCounts() throws {
    let file = try ReviewFile.week()
    let (request, outcome) = try file.certification { store in
      let request = try store.request("violation", ReviewFile.policy.policy, for: SyntheticRows.bindings)
      return (request, try Certifier.certify(request))
    }
    _ = try file.certify()
    #expect(throws: CertificationError.looked(task: "spam", label: "violation")) {
      try file.certification {
        _ = try $0.keep(outcome, task: "spam", label: "violation", expected: request.looks)
      }
    }
  }

  @Test func nearDuplicatesOfTheFileAreOneRow() throws {
    let file = try ReviewFile()
    let text = "Win a prize now: call the number below before midnight and claim what is yours, number "
    for number in 0..<20 { try file.add(text + "\(number)", 0.9, half: "calibrate", label: "violation") }
    try file.add("Something else that somebody wrote", 0.9, half: "calibrate", label: "violation")
    try file.add("A text that is gone", 0.9, half: "calibrate", label: "violation", isContentGone: true)
    try file.add("Measures, and never calibrates", 0.9, half: "monitor", label: "violation")
    let rows = try file.certification {
      try $0.calibrationRows(ReviewFile.policy.policy, since: .distantPast, opinions: [:])
    }
    #expect(rows.count == 22 && Set(rows.map(\.cluster)).count == 3)
  }

  @Test func aCandidateIsJudgedByItsOwnScores() throws {
    let file = try ReviewFile.week()
    let candidate = SyntheticRows.otherBindings
    let request = try file.certification {
      try $0.request("violation", ReviewFile.policy.policy, for: candidate)
    }
    #expect(try Certifier.certify(request).refusal?.reason == .fewStreamItems, "nothing was scored by it")
    var opinions: [Digest: ModelOpinion] = [:]
    for row in request.rows + request.stream {
      opinions[row.item] = ModelOpinion(
        task: "spam", version: candidate.expert, labels: SyntheticRows.labels.reversed(),
        scores: row.scores.reversed(), probabilities: [], router: candidate.router, base: candidate.base)
    }
    let certificate = try file.certification {
      try Certifier.certify(
        $0.request("violation", ReviewFile.policy.policy, for: candidate, opinions: opinions)
      ).certificate
    }
    #expect(certificate?.bindings == candidate)
  }

  @Test func aWeekOfReports() throws {
    let file = try ReviewFile.week()
    try file.activate()
    try file.add("decided and drawn", 0.9, half: "monitor", label: "violation", side: "violation")
    try file.add("decided alone", 0.9, side: "violation")
    try file.add("decided alone as well", 0.9, side: "violation")
    let rows = try file.queue.read {
      try ReportStore(database: $0).rows(ReviewFile.policy.policy, weeks: 2, now: SyntheticRows.now)
    }
    #expect(rows.count == 2)
    let row = try #require(rows.max { $0.items < $1.items })
    #expect(row.items == 943 && row.stripped.count == 3 && row.saved == 2)
    #expect(row.realised.count == 1 && row.realised.n == 1 && row.prevalence.count == 1)
    #expect(row.certified != nil && row.oracle.rows == 641)
  }
}
