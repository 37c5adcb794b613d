import Files
import Foundation
import GRDB
import Testing

@testable import Review

/// Do sides go on where a release comes back, and only there?
@Suite struct ReleaseTests {
  @Test func aReleaseThatComesBackIsCheckedAndGoesOn() throws {
    let file = try DeskFile.deciding()
    let before = try #require(try file.desk.sides().first?.certificate)
    file.wait(60)
    try file.desk.serve(["spam": SyntheticRows.otherBindings], actor: "server")
    #expect(try file.submit("of another release") == .human)
    file.wait(3600)
    let sides = try file.desk.serve(["spam": SyntheticRows.bindings], actor: "server")
    #expect(sides.first?.state == .active && sides.first?.certificate != before)
    let certificate = try file.desk.certificate(try #require(sides.first?.certificate)).certificate
    #expect(certificate.carriedFrom == before)
    #expect(certificate.expires.at == Int(file.now.timeIntervalSince1970) + 7 * 86_400)
    #expect(try file.submit("of the first") == .auto)
    #expect(try file.desk.verifyCertificates().isEmpty)
  }

  @Test func whatStoppedForAnotherReasonStaysSo() throws {
    let file = try DeskFile.deciding()
    try file.desk.set(.novelty, true, task: "spam", reason: nil, actor: "watch")
    try file.desk.set(.novelty, false, task: "spam", reason: nil, actor: "watch")
    try file.desk.serve(["spam": SyntheticRows.bindings], actor: "server")
    #expect(try file.submit("a") == .human)
    #expect(try file.desk.sides().first?.reason == .novelty)
  }

  @Test func aRevokedCertificateIsOfNoUse() throws {
    let file = try DeskFile.deciding()
    let name = try #require(try file.desk.sides().first?.certificate)
    try file.desk.revoke(name, reason: "mislabelled", actor: "lea")
    let lead = SideApproval(person: "lea", isLead: true)
    #expect(throws: CertificationError.revoked(task: "spam", label: "violation")) {
      try file.desk.activate(name, approvals: [lead], actor: "lea")
    }
    #expect(try file.desk.certificate(of: "violation", task: "spam", for: SyntheticRows.bindings) == nil)
  }

  @Test func theReport() throws {
    let file = try DeskFile.deciding()
    #expect(try file.submit("a") == .auto)
    let rows = try file.desk.report(weeks: 1).rows
    #expect(rows.count == 1 && rows.first?.items == 941 && rows.first?.certified != nil)
    #expect(throws: ReviewError.self) { try file.desk.report(weeks: 0) }
    #expect(throws: ReviewError.self) { try file.desk.report(of: "nobody") }
  }
}
