import Files
import Foundation
import Review
import Testing

@testable import Evolution

/// Is the review desk what the loop asks for?
@Suite final class DeskTests {
  private static let models = CertificateBindings(
    expert: Digest(of: Data("expert".utf8)), base: Digest(of: Data("base".utf8)), router: nil, template: nil)
  private let folder: URL
  private let desk: ReviewDesk

  init() throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("desk-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    desk = try ReviewDesk.open(in: folder, clock: { Date(timeIntervalSince1970: 1_800_000_000) })
    _ = try desk.setPolicy(
      TaskPolicy(
        task: "spam", labels: ["ok", "violation"],
        sides: [SidePolicy(label: "violation", action: "block", precision: 0.95, confidence: 0.95)],
        coin: CoinPolicy(share: 1, double: 0)), actor: "ann")
    for number in 0..<20 {
      _ = try desk.submit(
        IntakeItem(id: "item \(number)", task: "spam", text: "text \(number)", source: "s"),
        opinion: ModelOpinion(
          task: "spam", version: Self.models.expert, labels: ["ok", "violation"], scores: [-0.1, -2.3],
          probabilities: [0.9, 0.1], base: Self.models.base), actor: "sender")
    }
  }

  deinit {
    try? desk.close()
    try? FileManager.default.removeItem(at: folder)
  }

  /// Rows without a final label teach nothing, and nothing may learn what is like a drawn one.
  @Test func whatItTellsOfRows() throws {
    let loop: any LoopDesk = desk
    #expect(try loop.loopTasks() == ["spam"])
    #expect(try loop.loopRows(of: "spam", after: 0, upTo: .max).isEmpty)
    #expect(try loop.loopFacts(of: "spam", after: 0) == LoopFacts(sequence: 0))
    let held = try loop.heldOutRows()
    #expect(held.map(\.text) == (0..<20).map { "text \($0)" })
    #expect(Set(held.map(\.use)).isSubset(of: [.calibration, .monitor]) && held.allSatisfy { $0.task == "spam" })
    _ = try desk.erase(.source("s"), actor: "ann")
    #expect(try loop.heldOutRows().isEmpty)
  }

  @Test func anAlarmOfTheStreamIsAFact() throws {
    try desk.set(.labelShift, true, task: "spam", reason: nil, actor: "watch")
    #expect(try desk.loopFacts(of: "spam", after: 0).hasDriftAlarm)
    try desk.set(.labelShift, false, task: "spam", reason: nil, actor: "watch")
    #expect(try !desk.loopFacts(of: "spam", after: 0).hasDriftAlarm)
    #expect(try desk.stoppedSide(of: "spam", since: .distantPast) == nil)
  }

  /// Rows that are with people stay with them.
  @Test func asksNobodyTwice() throws {
    try desk.ask(["item 1", "nobody"], .adjudicate, of: "spam")
    #expect(try desk.view("item 1", by: Reviewer("lea", isLead: true)).state == .queued)
  }

  /// Without rows people decide; an expert that stays as it is is not asked again.
  @Test func sidesWithoutRowsArePeoples() throws {
    var asked = 0
    func scores(_ task: String, _ texts: [String]) -> (labels: [String], rows: [[Double]]) {
      asked += texts.count
      return (["ok", "violation"], texts.map { _ in [-0.1, -2.3] })
    }
    let found = try desk.certificates(for: ["spam": Self.models], scores: scores)
    #expect(found.certificates.isEmpty && found.human == ["spam/violation"] && asked == 0)
    let other = CertificateBindings(
      expert: Digest(of: Data("other".utf8)), base: Self.models.base, router: nil, template: nil)
    #expect(try desk.certificates(for: ["spam": other], scores: scores).human == ["spam/violation"])
    #expect(try desk.certificates(for: [:], scores: scores).human.isEmpty)
    try desk.stopSides(of: "spam")
    try desk.checkCertificatesAgain(["spam": other], certificates: [])
    #expect(try desk.served("spam") == other)
  }
}
