import Files
public import Foundation
import Markup

extension Page {
  /// The list of releases, what differs between two, and the way back to an earlier one.
  ///
  /// - Parameters:
  ///   - content: What is shown.
  ///   - notice: What became of an action.
  /// - Returns: A whole page.
  public func releases(_ content: ReleasesContent, notice: PageNotice? = nil) -> Data {
    document(
      "Releases", at: PagePath.releases, notice: notice,
      Self.section("Releases", id: "releases", Self.table(of: content.rows)),
      Self.section("What differs", id: "difference", Self.compare(content)), rollback(content))
  }

  private static func table(of rows: [ReleasesContent.Row]) -> HTML {
    guard !rows.isEmpty else {
      return paragraph("Nothing is released yet. `accrete promote VERSION` releases a version.")
    }
    return .table(
      "Table of releases", columns: ["Revision", "State", "Published", "By", "Why", "Tasks"],
      rows: rows.map { row in
        [
          .text(PageText.count(row.revision)),
          PageState(row.isCurrent ? .good : .idle, row.isCurrent ? "served" : "earlier").html,
          PageText.moment(row.published), .quoted(row.who), row.why.isEmpty ? .text("–") : .quoted(row.why),
          .text(PageText.count(row.tasks)),
        ]
      }, isText: true)
  }

  private static func compare(_ content: ReleasesContent) -> HTML {
    guard content.rows.count > 1 else { return paragraph("There are no two to compare.") }
    let options = content.rows.map { (value: "\($0.revision)", text: "\($0.revision)") }
    return HTML(
      "form", ["method": "get", "action": PagePath.releases, "class": "filter"],
      HTML(
        "div", [:],
        select(
          "From", id: "compare-from", name: "from", options,
          chosen: content.difference?.one ?? options.dropFirst().first?.value)),
      HTML("div", [:], select("To", id: "compare-to", name: "to", options, chosen: content.difference?.other)),
      HTML("button", ["class": "quiet"], .text("Compare"))) + (content.difference?.html ?? .none)
  }

  private func rollback(_ content: ReleasesContent) -> HTML {
    let earlier = content.rows.filter { !$0.isCurrent }
    guard viewer.rights.contains(.writeRegistry), !earlier.isEmpty else { return .none }
    return Self.section(
      "Roll back", id: "rollback",
      Self.folded(
        "Roll back to an earlier release",
        Self.paragraph(
          "The next request reaches the earlier release; those that run end where they began. Sides whose certificates do not hold for it are stopped."
        ),
        form(
          PagePath.rollback,
          Self.select(
            "Revision", id: "rollback-revision", name: "revision",
            earlier.map { ("\($0.revision)", "\($0.revision)") }),
          Self.reason(id: "rollback-reason"), Self.confirmation("roll back", id: "rollback-confirm"),
          HTML("button", ["class": "grave"], .text("Roll back")))))
  }
}
