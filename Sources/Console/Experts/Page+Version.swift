import Files
public import Foundation
import Markup

extension Page {
  /// A version: what it can do, what let it be released, and what it was made from.
  ///
  /// - Parameters:
  ///   - content: What is shown.
  ///   - notice: What became of an action.
  /// - Returns: A whole page.
  public func version(_ content: VersionContent, notice: PageNotice? = nil) -> Data {
    let row = content.row
    return document(
      "\(content.task.printable)@\(row.number)", at: PagePath.experts, notice: notice,
      Self.section(
        "Version", id: "version",
        Self.facts([
          ("Task", HTML("a", ["href": PagePath.expert(content.task)], .quoted(content.task))),
          ("Made", PageText.moment(row.created)), ("Began from", .text(row.parent.map { "@\($0)" } ?? "the base")),
          ("Digest", PageText.digest(row.digest)), ("Base", PageText.digest(content.base)),
          ("Aliases", .text(row.aliases.isEmpty ? "none" : Format.list(row.aliases.map(\.printable)))),
          ("State", .text(row.isRetired ? "retired" : row.isServed ? "served" : "kept")),
        ])),
      Self.section("Measured", id: "metrics", Self.metrics(content.metrics)),
      Self.section("Gates", id: "gates", PageGate.table(content.gates, "Table of gates")),
      Self.section("Rows", id: "data", Self.data(content.data)),
      Self.section(
        "Model card", id: "card",
        content.card.isEmpty ? Self.paragraph("Nothing was written.") : HTML("p", [:], .quoted(content.card))),
      retirement(content))
  }

  private static func metrics(_ metrics: [VersionContent.Metric]) -> HTML {
    guard !metrics.isEmpty else { return paragraph("Nothing was measured.") }
    return .table(
      "Table of metrics", columns: ["Metric", "Value", "95 % interval", "Rows"],
      rows: metrics.map { metric in
        let value = metric.value
        return [
          .quoted(metric.name), .text(Format.percent(value.value)),
          .text(value.interval), .text(metric.rows.map { PageText.count($0) } ?? "–"),
        ]
      })
  }

  private static func data(_ sets: [VersionContent.DataSet]) -> HTML {
    guard !sets.isEmpty else { return paragraph("Nothing was recorded.") }
    return .table(
      "Table of rows", columns: ["Use", "Rows", "Digest"],
      rows: sets.map { [.quoted($0.use), .text(PageText.count($0.rows)), PageText.digest($0.digest)] }, isText: true)
  }

  private func retirement(_ content: VersionContent) -> HTML {
    guard viewer.rights.contains(.writeRegistry), !content.row.isServed, !content.row.isRetired else { return .none }
    let path = PagePath.version(content.task, content.row.number)
    return Self.section(
      "Retire", id: "retire",
      Self.folded(
        "Retire this version", Self.paragraph("Requests that name its number are refused from then on."),
        form(
          path, Self.hidden("act", "retire"), Self.reason(id: "retire-reason"),
          Self.confirmation("@\(content.row.number)", id: "retire-confirm"),
          HTML("button", ["class": "grave"], .text("Retire")))))
  }
}
