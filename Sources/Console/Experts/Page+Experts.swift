import Files
public import Foundation
import Markup

extension Page {
  /// The list of tasks.
  ///
  /// - Parameter content: What is shown.
  /// - Returns: A whole page.
  public func experts(_ content: ExpertsContent) -> Data {
    document("Experts", at: PagePath.experts, Self.section("Tasks", id: "tasks", Self.tasks(content.rows)))
  }

  private static func tasks(_ rows: [ExpertsContent.Row]) -> HTML {
    guard !rows.isEmpty else { return paragraph("None. `accrete learn ROWS` makes the first version of a task.") }
    return .table(
      "Table of tasks", columns: ["Task", "Served", "Latest", "Versions", "Changed"],
      rows: rows.map { row in
        [
          HTML("a", ["href": PagePath.expert(row.task)], .quoted(row.task)),
          row.served.map { version(row.task, $0) } ?? .text("not released"), version(row.task, row.latest),
          .text(PageText.count(row.versions)), PageText.moment(row.changed),
        ]
      }, isText: true)
  }

  /// A link to a version; the task is part of its name for whoever hears the links alone.
  private static func version(_ task: String, _ number: Int) -> HTML {
    HTML(
      "a", ["href": PagePath.version(task, number)], HTML("span", ["class": "unseen"], .text(task.printable)),
      .text("@\(number)"))
  }

  /// A task with its versions and how they came from each other.
  ///
  /// - Parameters:
  ///   - content: What is shown.
  ///   - notice: What became of an action.
  /// - Returns: A whole page.
  public func expert(_ content: ExpertContent, notice: PageNotice? = nil) -> Data {
    document(
      content.task.printable, at: PagePath.experts, notice: notice,
      Self.section("Versions", id: "versions", Self.versions(content)),
      Self.section("Lineage", id: "lineage", Self.lineage(content)),
      Self.section("What differs", id: "difference", Self.compare(content)),
      viewer.rights.contains(.writeRegistry) && !content.versions.isEmpty
        ? Self.section("Set an alias", id: "alias", alias(content)) : .none)
  }

  private static func versions(_ content: ExpertContent) -> HTML {
    guard !content.versions.isEmpty else { return paragraph("None.") }
    return .table(
      "Table of versions", columns: ["Version", "State", "Score", "Began from", "Aliases", "Made"],
      rows: content.versions.reversed().map { row in
        [
          HTML("a", ["href": PagePath.version(content.task, row.number)], .text("@\(row.number)"))
            + PageText.digestBelow(row.digest),
          state(of: row).html, PageText.estimate(row.score), .text(row.parent.map { "@\($0)" } ?? "the base"),
          row.aliases.isEmpty ? .text("–") : .text(Format.list(row.aliases.map(\.printable))),
          PageText.moment(row.created),
        ]
      }, isText: true)
  }

  private static func state(of row: ExpertContent.Row) -> PageState {
    row.isRetired ? PageState(.idle, "retired") : row.isServed ? PageState(.good, "served") : PageState(.idle, "kept")
  }

  private static func lineage(_ content: ExpertContent) -> HTML {
    guard !content.versions.isEmpty else { return paragraph("Nothing yet.") }
    let graph = LineageGraph(
      task: content.task,
      content.versions.map { row in
        LineageGraph.Node(
          version: row.number, parent: row.parent, note: row.score.map { Format.percent($0.value) } ?? "not measured",
          isServed: row.isServed)
      })
    let shown =
      content.versions.count > LineageGraph.most
      ? paragraph("The latest \(LineageGraph.most) of \(PageText.count(content.versions.count)).") : .none
    return graph.html + shown
  }

  /// Two versions to choose, and what differs between those that were chosen.
  private static func compare(_ content: ExpertContent) -> HTML {
    guard content.versions.count > 1 else { return paragraph("There are no two to compare.") }
    let options = content.versions.reversed().map { (value: "\($0.number)", text: "@\($0.number)") }
    return HTML(
      "form", ["method": "get", "action": PagePath.expert(content.task), "class": "filter"],
      HTML(
        "div", [:],
        select("From", id: "compare-from", name: "from", options, chosen: content.difference.map { number($0.one) })),
      HTML(
        "div", [:],
        select("To", id: "compare-to", name: "to", options, chosen: content.difference.map { number($0.other) })),
      HTML("button", ["class": "quiet"], .text("Compare"))) + (content.difference?.html ?? .none)
  }

  /// Of a version that is called `@3`.
  private static func number(_ name: String) -> String { String(name.drop { $0 == "@" }) }

  private func alias(_ content: ExpertContent) -> HTML {
    form(
      PagePath.expert(content.task), Self.hidden("act", "alias"),
      HTML(
        "div", ["class": "row"],
        HTML("div", [:], Self.field("Alias", id: "alias-name", name: "alias", isRequired: true, longest: 64)),
        HTML(
          "div", [:],
          Self.select(
            "Version", id: "alias-version", name: "version",
            content.versions.reversed().filter { !$0.isRetired }.map { ("\($0.number)", "@\($0.number)") })),
        HTML("div", [:], Self.reason(id: "alias-reason")), HTML("button", [:], .text("Set"))))
  }
}
