import Assurance
import Files
import Foundation
import Testing

@testable import Review

/// Does the report count what it says, and does it say what is not attainable?
@Suite struct StrippingReportTests {
  private static let monday = Date(timeIntervalSince1970: 1_764_547_200)

  /// Ten items: the side decides four, one of them wrongly; the coin draws three.
  private func rows() throws -> [StrippingRow] {
    var tally = StrippingTally(task: "spam|<b>", week: Self.monday, sides: ["violation", "ok"])
    func count(_ side: String?, _ coin: RowOrigin?, _ label: String?, _ state: SideState, _ score: Double? = nil) {
      tally.count(
        StrippingTally.Item(
          decidedAs: side, coin: coin, label: label, states: ["violation": state],
          scores: score.map { ["violation": $0] } ?? [:]))
    }
    count("violation", .coinMonitor, "violation", .active, 0.99)
    count("violation", .coinMonitor, "ok", .active, 0.9)
    count("violation", .coinCalibrate, "violation", .active, 0.95)
    count("violation", nil, nil, .amber)
    for _ in 0..<6 { count(nil, nil, "violation", .stopped) }
    let certificate = try SyntheticRows.certificate().1
    return tally.rows(certificates: ["violation": certificate], precisions: ["violation": 0.95, "ok": 0.9])
  }

  @Test func counts() throws {
    let rows = try rows()
    #expect(rows.map(\.side) == ["violation", "ok"])
    let row = rows[0]
    #expect(row.items == 10 && row.stripped.count == 4 && row.stripped.value == 0.4)
    #expect(row.realised.count == 1 && row.realised.n == 2, "queue rows and calibration rows measure nothing")
    #expect(row.realised.interval == (try Proportion(successes: 1, n: 2)).clopperPearson())
    #expect(row.prevalence.count == 1 && row.prevalence.n == 2)
    #expect(row.states == ["active": 3, "amber": 1, "stopped": 6] && row.saved == 1)
    #expect(row.oracle.rows == 3 && row.oracle.threshold?.wrong.n == 2 && row.oracle.threshold?.threshold == 0.95)
    #expect(rows[1].stripped.count == 0 && rows[1].certified == nil && rows[1].states == ["inactive": 10])
  }

  @Test func weeksBeginOnMonday() {
    for (seconds, monday) in [
      (1_764_547_200, 1_764_547_200), (1_765_151_999, 1_764_547_200), (1_765_152_000, 1_765_152_000), (0, -259_200),
    ] {
      let week = StrippingTally.week(of: Date(timeIntervalSince1970: Double(seconds)))
      #expect(week == Date(timeIntervalSince1970: Double(monday)))
    }
  }

  @Test func formsSayTheSame() throws {
    let report = StrippingReport(try rows())
    for text in [report.text, report.markdown, report.page] {
      #expect(text.contains("oracle (test-tuned, not attainable)") && text.contains("2025-12-01"))
      #expect(text.contains("40.0\u{A0}%"))
    }
    #expect(report.markdown.contains("spam\\|\\<b\\>") && report.page.contains("spam|&lt;b&gt;"))
    #expect(!report.page.contains("<script") && !report.page.contains("http://"))
    let lines = report.text.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines[0].hasPrefix("task") && lines[1].hasPrefix("spam|<b>"))
    let json = try report.json()
    #expect(try JSONTree(json)["rows"] != nil && json == (try StrippingReport(try rows()).json()))
    #expect(StrippingReport([]).text.contains("No items") && StrippingReport([]).markdown.contains("No items"))
  }

  @Test func theRowsAreInOrderWhateverTheyCameIn() throws {
    let rows = try rows()
    #expect(StrippingReport(rows.reversed()) == StrippingReport(rows))
    #expect(StrippingReport(rows).rows.map(\.side) == ["ok", "violation"])
    #expect(StrippingReport(rows).shareThatReachesTarget.n == 1)
  }
}
