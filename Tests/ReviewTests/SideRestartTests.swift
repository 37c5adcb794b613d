import Assurance
import Files
import Foundation
import Testing

@testable import Review

/// Does a side that stopped begin again only by a certificate that says something new, and with the people whom the reason asks for?
@Suite struct SideRestartTests {
  private static let lead = SideApproval(person: "ann", isLead: true)
  private static let other = SideApproval(person: "bob", isLead: false)
  private static let later = SyntheticRows.now.addingTimeInterval(2 * 86_400)

  private func conditions(_ now: Date = later) -> SideConditions {
    SideConditions(
      now: now, latest: now, served: SyntheticRows.bindings, policy: 1, coinWait: 24 * 3600,
      agreement: LabelerAgreement(n: 0, same: 0), agreementFloor: 0.9)
  }

  private func stopped(_ reason: StopReason) throws -> Side {
    var side = Side(task: "spam", label: "violation", since: SyntheticRows.now)
    _ = try side.activate(by: try SyntheticRows.certificate().1, conditions(SyntheticRows.now))
    _ = side.stop(reason, at: SyntheticRows.now.addingTimeInterval(86_400))
    #expect(side.state == .stopped)
    return side
  }

  /// A certificate that was issued at a time, on rows that arrived an hour before another one.
  private func certificate(issued: Date, arrived: Date = SyntheticRows.now) throws -> NamedCertificate {
    var certificate = try SyntheticRows.certificate(at: issued).1.certificate
    let text = String(decoding: try certificate.data(), as: UTF8.self)
    let seconds = Int(arrived.timeIntervalSince1970)
    let data = Data(text.replacingOccurrences(of: "\"from\":\(certificate.from)", with: "\"from\":\(seconds)").utf8)
    certificate = try Certificate(data, named: Digest(of: data))
    #expect(certificate.from == seconds)
    return try NamedCertificate(data, named: Digest(of: data))
  }

  @Test(arguments: StopReason.allCases)
  func theCertificateOfBeforeIsNotEnough(reason: StopReason) throws {
    var side = try stopped(reason)
    let people = [Self.lead, Self.other]
    #expect(throws: SideError.olderThanStop(task: "spam", label: "violation", reason: reason)) {
      _ = try side.activate(by: try SyntheticRows.certificate().1, conditions(), approvals: people)
    }
    #expect(side.state == .stopped)
    let new = try certificate(issued: Self.later, arrived: SyntheticRows.now.addingTimeInterval(86_400 + 1))
    let changes = try side.activate(by: new, conditions(), approvals: people)
    #expect(changes.map(\.to) == [.inactive, .active] && side.reason == nil && side.certificate == new)
  }

  @Test func peopleWhomTheReasonAsksFor() throws {
    let new = try certificate(issued: Self.later, arrived: SyntheticRows.now.addingTimeInterval(86_400 + 1))
    func begins(_ reason: StopReason, _ people: [SideApproval]) throws -> Bool {
      var side = try stopped(reason)
      do {
        _ = try side.activate(by: new, conditions(), approvals: people)
        return true
      } catch SideError.needsPeople {
        #expect(side.state == .stopped)
        return false
      }
    }
    let two = [Self.other, SideApproval(person: "cy", isLead: false)]
    #expect(try begins(.expiredByTime, []))
    for people in [[], [Self.other], two] { #expect(try !begins(.alarm, people)) }
    #expect(try begins(.alarm, [Self.lead]))
    for people in [[], [Self.lead], [Self.lead, Self.lead], two] { #expect(try !begins(.stopSwitch, people)) }
    #expect(try begins(.stopSwitch, [Self.lead, Self.other]))
  }

  /// Rows from before the alarm would prove what was true then.
  @Test func afterAnAlarmRowsFromBeforeProveNothing() throws {
    let old = try certificate(issued: Self.later)
    var side = try stopped(.alarm)
    #expect(throws: SideError.olderThanStop(task: "spam", label: "violation", reason: .alarm)) {
      _ = try side.activate(by: old, conditions(), approvals: [Self.lead])
    }
    side = try stopped(.coinKeyMissing)
    #expect(try side.activate(by: old, conditions()).map(\.to) == [.inactive, .active])
  }

  @Test func aRenewalKeepsTheDetectorAndNeedsNewRows() throws {
    var side = Side(task: "spam", label: "violation", since: SyntheticRows.now)
    _ = try side.activate(by: try SyntheticRows.certificate().1, conditions(SyntheticRows.now))
    let row = MonitorRow(
      sequence: 1, item: SyntheticRows.digest("row"), standing: RowStanding(origin: .coinMonitor, isFinal: true),
      arrived: SyntheticRows.now,
      isWrong: true, isRepeated: false)
    _ = try side.observe(row, at: SyntheticRows.now)
    side.countDecision()
    #expect(throws: SideError.noNewRows(task: "spam", label: "violation")) {
      _ = try side.activate(by: try certificate(issued: Self.later, arrived: SyntheticRows.now - 1), conditions())
    }
    let new = try certificate(issued: Self.later, arrived: SyntheticRows.now + 1)
    #expect(try side.activate(by: new, conditions()).isEmpty && side.state == .active)
    #expect(side.certificate == new && side.decided == 0)
    #expect(side.detector?.losses == 1, "evidence does not go away by a renewal")
  }

  @Test func aCertificateThatCannotBeUsed() throws {
    var side = Side(task: "spam", label: "ok", since: SyntheticRows.now)
    let named = try SyntheticRows.certificate().1
    #expect(throws: CertificationError.otherSide(expected: "ok of spam", got: "violation of spam")) {
      _ = try side.activate(by: named, conditions(SyntheticRows.now))
    }
    side = Side(task: "spam", label: "violation", since: SyntheticRows.now)
    var other = conditions(SyntheticRows.now)
    other.served = SyntheticRows.otherBindings
    #expect(throws: CertificationError.otherModels(task: "spam", label: "violation", what: ["expert"])) {
      _ = try side.activate(by: named, other)
    }
    other.served = nil
    #expect(throws: SideError.notReady(task: "spam", label: "violation")) { _ = try side.activate(by: named, other) }
    #expect(throws: CertificationError.expired(task: "spam", label: "violation")) {
      _ = try side.activate(by: named, conditions(SyntheticRows.now + 14 * 86_400))
    }
    other = conditions(SyntheticRows.now)
    other.hasCoinKey = false
    #expect(throws: SideError.obstacle(task: "spam", label: "violation", .coinKeyMissing)) {
      _ = try side.activate(by: named, other)
    }
    #expect(side.state == .inactive && side.certificate == nil)
  }
}
