import Foundation
import Randomness
import Testing

@testable import Evolution

/// Does only that teach which may, and is it said why the rest does not?
@Suite struct CleaningTests {
  private static let words = (0..<500).map { "word\($0)" }

  /// A text of its own for each number.
  private func text(_ number: Int) -> String {
    var stream = RandomStream(seed: UInt64(number), "test", "text")
    return (0..<15).map { _ in Self.words[stream.below(500)] }.joined(separator: " ")
  }

  private func row(
    _ number: Int, _ label: String? = nil, text: String? = nil, source: String? = nil, by reviewers: [String]? = nil,
    settled: Bool = false, current: CleaningRow.CurrentAnswer? = nil
  ) -> CleaningRow {
    CleaningRow(
      id: "row\(number)", text: text ?? self.text(number), label: label ?? (number % 3 == 0 ? "violation" : "ok"),
      source: source ?? "s\(number % 40)", reviewers: reviewers ?? ["r\(number % 8)"], isSettled: settled,
      current: current)
  }

  /// Rows with which nothing is wrong.
  private func good(_ count: Int = 200, from first: Int = 0) -> [CleaningRow] {
    (first..<first + count).map { row($0) }
  }

  private func reasons(_ report: CleaningReport) -> [String: CleaningReport.Reason] {
    Dictionary(uniqueKeysWithValues: report.dropped.map { ($0.id, $0.reason) })
  }

  @Test func goodRowsAllTeach() throws {
    let report = try Cleaning.report(on: good(), heldOut: [])
    #expect(report.kept == good().map(\.id))
    #expect(report.dropped.isEmpty)
    #expect(!report.isHeld)
    #expect(try Cleaning.report(on: [], heldOut: []).kept.isEmpty)
  }

  @Test(arguments: HeldOutRow.Use.allCases)
  func rowsNearOneThatMeasuresAreDropped(_ use: HeldOutRow.Use) throws {
    let near = text(7) + " x"
    let heldOut = [
      HeldOutRow(id: "h1", text: near, task: "another", use: use),
      HeldOutRow(id: "h2", text: "  " + text(9).replacing(" ", with: "\n"), task: "mine", use: use),
      HeldOutRow(id: "h3", text: text(10_000), task: "mine", use: use),
    ]
    let report = try Cleaning.report(on: good(), heldOut: heldOut)
    #expect(reasons(report) == ["row7": .heldOut, "row9": .heldOut])
    #expect(report.dropped.first?.because == "h1")
    #expect(report.dropped.first?.task == "another")
    #expect(report.dropped.first?.use == use)
    #expect(report.kept.count == 198)
  }

  @Test func clustersWithTwoLabelsGoToAdjudication() throws {
    let rows = good() + [row(500, "ok", text: text(3) + " y")]
    #expect(rows[3].label == "violation")
    let report = try Cleaning.report(on: rows, heldOut: [])
    #expect(report.forAdjudication == ["row3", "row500"])
    #expect(report.dropped.map(\.because) == ["row500", "row3"])
    // Somebody decided between them: both stay, and nobody is asked again.
    var settled = rows
    settled[3] = row(3, "violation", settled: true)
    settled[200] = row(500, "ok", text: text(3) + " y", settled: true)
    #expect(try Cleaning.report(on: settled, heldOut: []).forAdjudication.isEmpty)
  }

  @Test func oneWrongLabelDoesNotSendAMass() throws {
    let mass = (0..<60).map { row(600 + $0, $0 == 30 ? "ok" : "violation", text: text(600) + " \($0)") }
    let report = try Cleaning.report(on: good() + mass, heldOut: [])
    #expect(report.forAdjudication.count == 6)
    #expect(report.counts[.clusterFull] == 54)
  }

  @Test func ofRepeatedRowsOneStays() throws {
    let again = row(700, "ok", text: text(1).replacing(" ", with: "  "))
    let report = try Cleaning.report(on: good() + [again], heldOut: [])
    #expect(reasons(report) == ["row700": .exactDuplicate])
    #expect(report.dropped.first?.because == "row1")
  }

  @Test func ofAClusterFiveStay() throws {
    let cluster = (0..<9).map { row(800 + $0, "ok", text: text(800) + " \($0)") }
    let report = try Cleaning.report(on: good() + cluster, heldOut: [])
    #expect(report.counts == [.clusterFull: 4])
    #expect(report.kept.suffix(5) == ["row800", "row801", "row802", "row803", "row804"])
  }

  @Test func onePersonAgainstASureVersionNeedsASecond() throws {
    let sure = CleaningRow.CurrentAnswer(label: "violation", probability: 0.995)
    let unsure = CleaningRow.CurrentAnswer(label: "violation", probability: 0.98)
    let rows =
      good() + [
        row(901, "ok", current: sure), row(902, "ok", current: unsure), row(903, "violation", current: sure),
        row(904, "ok", by: ["r1", "r2"], current: sure), row(905, "ok", settled: true, current: sure),
      ]
    let report = try Cleaning.report(on: rows, heldOut: [])
    #expect(report.forSecondPerson == ["row901"])
    #expect(report.kept.count == 204)
  }

  @Test func noSourceAndNoReviewerHasTooMuch() throws {
    let loud = (0..<100).map { row(1000 + $0, source: "loud", by: ["r1", "r2"]) }
    let lonely = (0..<200).map { row(2000 + $0, by: ["hasty"]) }
    let rows = good(400) + loud + lonely
    let report = try Cleaning.report(on: rows, heldOut: [])
    let kept = Set(report.kept)
    let left = rows.filter { kept.contains($0.id) }
    #expect(Double(left.count { $0.source == "loud" }) <= 0.05 * Double(left.count))
    #expect(Double(left.count { $0.reviewers == ["hasty"] }) <= 0.2 * Double(left.count))
    #expect(left.count { $0.source == "loud" } >= 20)
    #expect((report.counts[.sourceFull] ?? 0) > 50)
    #expect((report.counts[.reviewerFull] ?? 0) > 50)
    #expect(!report.isHeld)
    // Which stay does not depend on the order in which they came.
    #expect(Set(try Cleaning.report(on: rows.reversed(), heldOut: []).kept) == kept)
  }

  @Test func capsThatNobodyCanMeetHoldTheSet() throws {
    let few = (0..<100).map { row($0, source: "s\($0 % 3)") }
    #expect(try Cleaning.report(on: few, heldOut: []).findings == [.tooFewSources(got: 3, needed: 20)])
    let two = (0..<100).map { row($0, by: ["r\($0 % 2)"]) }
    let report = try Cleaning.report(on: two, heldOut: [])
    #expect(report.findings == [.tooFewReviewers(got: 2, needed: 5)])
    #expect(report.kept.count == 100)
    var limits = CleaningLimits()
    limits.reviewerShare = 1
    #expect(try !Cleaning.report(on: two, heldOut: [], limits: limits).isHeld)
  }

  @Test func plantedWordsHoldTheSet() throws {
    let planted = (0..<60).map {
      row(3000 + $0, "violation", text: text(3000 + $0) + " zq xv \($0)", source: "attacker", by: ["r\($0 % 8)"])
    }
    let report = try Cleaning.report(on: good(400) + planted, heldOut: [])
    guard case .trigger(let finding) = report.findings.first else {
      Issue.record("nothing was found: \(report.lines)")
      return
    }
    #expect(finding.words == "zq xv")
    #expect(finding.rows == planted.map(\.id))
    #expect(report.isHeld)
  }

  @Test func aReportHasNoText() throws {
    let planted = (0..<60).map {
      row(3000 + $0, "violation", text: text(3000 + $0) + " zq xv \($0)", source: "attacker")
    }
    let rows = good(400) + planted + [row(700, "ok", text: text(1))]
    let report = try Cleaning.report(on: rows, heldOut: [HeldOutRow(id: "h", text: text(5), task: "t", use: .gate)])
    let bytes = try JSONEncoder().encode(report)
    let written = String(decoding: bytes, as: UTF8.self) + report.lines.joined()
    #expect(!written.contains("zq"))
    #expect(!written.contains(/word\d/))
    #expect(try JSONDecoder().decode(CleaningReport.self, from: bytes).dropped == report.dropped)
  }

  @Test func wrongInputIsRefused() {
    #expect(throws: (any Error).self) { try Cleaning.report(on: [self.row(1), self.row(1)], heldOut: []) }
    let odd = row(1, current: CleaningRow.CurrentAnswer(label: "ok", probability: .nan))
    #expect(throws: (any Error).self) { try Cleaning.report(on: [odd], heldOut: []) }
    for change in [
      { $0.sourceShare = 0 }, { $0.clusterRows = 0 }, { $0.opposing = .nan }, { $0.triggerRows = 1 },
      { $0.triggerPurity = 1.5 },
    ] as [(inout CleaningLimits) -> Void] {
      var limits = CleaningLimits()
      change(&limits)
      let changed = limits
      #expect(throws: (any Error).self) { try Cleaning.report(on: [], heldOut: [], limits: changed) }
    }
  }
}
