import Files
import Foundation
import GRDB
import Testing

@testable import AuditedDatabase
@testable import Review

/// Does every change of a side leave its entry, and does a report know from these what state it was in?
@Suite struct AuditedSidesTests {
  private func audited(_ file: ReviewFile, at now: Date, _ body: (AuditedSides) throws -> Void) throws {
    try file.queue.write { database in
      try body(AuditedSides(ledger: Ledger(database, at: Int(now.timeIntervalSince1970), actor: "ann")))
    }
  }

  @Test func fromCertificationToAStop() throws {
    let (file, now) = (try ReviewFile.week(), SyntheticRows.now)
    var name: Digest?
    try audited(file, at: now) { sides in
      let store = CertificationStore(database: sides.ledger.database, now: now)
      let request = try store.request("violation", ReviewFile.policy.policy, for: SyntheticRows.bindings)
      name = try sides.keep(try Certifier.certify(request), of: request)
    }
    let certificate = try #require(name)
    try audited(file, at: now + 3600) {
      try $0.activate(certificate, ReviewFile.policy, approvals: [], hasCoinKey: true)
    }
    try file.add("while it decides", 0.9, side: "violation", arrived: now + 7200)
    try audited(file, at: now + 10_800) {
      try $0.set(.novelty, true, task: "spam", reason: nil, policies: [ReviewFile.policy], hasCoinKey: true)
    }
    try file.add("after it stopped", 0.9, arrived: now + 14_400)
    let entries = try file.queue.read {
      try String.fetchAll($0, sql: "SELECT action || ' ' || subject FROM audit ORDER BY seq")
    }
    #expect(
      entries == [
        "certify spam/violation", "side spam/violation", "activate spam/violation", "flag spam", "side spam/violation",
      ])
    let rows = try file.queue.read {
      try ReportStore(database: $0).rows(ReviewFile.policy.policy, weeks: 1, now: now + 20_000)
    }
    #expect(rows.first?.states == ["inactive": 940, "active": 1, "stopped": 1])
  }

  @Test func anotherReleaseStopsItAtOnce() throws {
    let file = try ReviewFile.deciding()
    try audited(file, at: SyntheticRows.now) {
      try $0.serve(SyntheticRows.otherBindings, ReviewFile.policy, hasCoinKey: true)
    }
    #expect(try file.sides { try $0.stored(task: "spam") }.first?.reason == .digestChanged)
  }

  @Test func aCertificateThatDoesNotFollowIsNotUsed() throws {
    let file = try ReviewFile.week()
    let (outcome, _) = try file.certify()
    let good = try #require(outcome.certificate)
    let text = String(decoding: try good.data(), as: UTF8.self)
      .replacingOccurrences(of: "\"n\":\(good.n),", with: "\"n\":\(good.n + 1000),")
    let forged = try Certificate(Data(text.utf8), named: Digest(of: Data(text.utf8)))
    #expect(forged != good)
    let name = try file.certification { try $0.keep(forged, blobs: [:], rows: []) }
    #expect(throws: CertificationError.self) {
      try audited(file, at: SyntheticRows.now) {
        try $0.activate(name, ReviewFile.policy, approvals: [], hasCoinKey: true)
      }
    }
    #expect(try file.decide() == nil)
  }
}
