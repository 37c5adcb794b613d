import Files
public import Foundation
import Markup

extension Page {
  /// The list of items.
  ///
  /// - Parameters:
  ///   - content: What is shown.
  ///   - notice: What became of an action.
  /// - Returns: A whole page.
  public func items(_ content: ItemsContent, notice: PageNotice? = nil) -> Data {
    document(
      "Items", at: PagePath.items, notice: notice,
      Self.section("Which", id: "filter", Self.filter(content)),
      Self.section("Items", id: "items", Self.list(content)))
  }

  /// A form without a token: it changes nothing, and its answer can be kept as an address.
  private static func filter(_ content: ItemsContent) -> HTML {
    let filter = content.filter
    func options(_ values: [String]) -> [(value: String, text: String)] {
      [("", "all")] + values.map { (PagePath.value($0), $0) }
    }
    return HTML(
      "form", ["method": "get", "action": PagePath.items, "class": "filter"],
      HTML(
        "div", [:],
        select("Task", id: "filter-task", name: "task", options(content.tasks), chosen: filter.task.map(PagePath.value))
      ),
      HTML(
        "div", [:],
        select(
          "State", id: "filter-state", name: "state",
          options(["queued", "leased", "second", "adjudicate", "final", "withdrawn"]), chosen: filter.state)),
      HTML(
        "div", [:],
        select(
          "Decision", id: "filter-decision", name: "decision", options(["auto", "human", "pending"]),
          chosen: filter.decision)),
      HTML("button", ["class": "quiet"], .text("Show")))
  }

  private static func list(_ content: ItemsContent) -> HTML {
    guard !content.rows.isEmpty else { return paragraph("None.") }
    let table = HTML.table(
      "Table of items", columns: ["Item", "Task", "State", "Decision", "Label", "Probability", "Arrived"],
      rows: content.rows.map { row in
        [
          HTML("a", ["href": PagePath.item(row.id)], .quoted(row.id)), row.task.map { .quoted($0) } ?? .text("unknown"),
          .quoted(row.state), .quoted(row.decision), row.label.map { .quoted($0) } ?? .text("–"),
          .text(PageText.probability(row.probability)), PageText.moment(row.arrived),
        ]
      }, isText: true)
    guard let next = content.next else { return table }
    let filter = content.filter
    let address = PagePath.address(
      PagePath.items,
      [("task", filter.task), ("state", filter.state), ("decision", filter.decision), ("after", next)])
    return table + HTML("p", ["class": "pages"], HTML("a", ["href": address], .text("Older items")))
  }

  /// An item.
  ///
  /// - Parameters:
  ///   - content: What is shown.
  ///   - notice: What became of an action.
  /// - Returns: A whole page.
  public func item(_ content: ItemContent, notice: PageNotice? = nil) -> Data {
    document(
      "Item", at: PagePath.items, notice: notice,
      Self.section("Text", id: "text", Self.text(content)),
      Self.section("Decision", id: "decision", Self.facts(Self.decision(content))),
      Self.section("Votes", id: "votes", Self.votes(content.votes)),
      Self.section("History", id: "history", Self.history(content.history)),
      viewer.rights.contains(.lead)
        ? Self.section("What can be done", id: "actions", itemActions(content)) : .none)
  }

  private static func text(_ content: ItemContent) -> HTML {
    let text = content.text
    let shown =
      text.text.map {
        HTML("div", ["class": "text", "tabindex": "0", "role": "group", "aria-label": "The text"], .quoted($0))
      } ?? paragraph("Erased. Its digest stays, so that the audit can be verified.")
    return shown
      + facts([
        ("Item", .quoted(content.row.id)), ("Task", content.row.task.map { .quoted($0) } ?? .text("none claims it")),
        ("Arrived", PageText.moment(content.row.arrived)), ("Source", text.source.map { .quoted($0) } ?? .text("–")),
        ("Digest", PageText.digest(text.digest)), ("Redacted", .text(Format.count(text.redactions, "place"))),
        ("Text is erased", text.expires.map { PageText.moment($0) } ?? .text("no date is set")),
      ])
  }

  private static func decision(_ content: ItemContent) -> [(name: String, value: HTML)] {
    let decision = content.decision
    var facts: [(name: String, value: HTML)] = [
      ("Decision", .quoted(decision.kind)), ("State", .quoted(content.row.state)),
      ("Label", decision.label.map { .quoted($0) } ?? .text("none yet")),
      ("Action", decision.action.map { .quoted($0) } ?? .text("none yet")),
      ("Probability", .text(PageText.probability(decision.probability))),
      ("Threshold", .text(PageText.probability(decision.tau))),
      ("Certificate", decision.certificate.map { PageText.digest($0) } ?? .text("none")),
      ("Model", decision.model.map { .quoted($0) } ?? .text("none was asked")),
      ("Distance to the nearest task", .text(decision.distance.map { Format.decimals($0, 2) } ?? "–")),
      ("Release", .text(decision.release.map { PageText.count($0) } ?? "–")),
    ]
    if !decision.reason.isEmpty { facts.append(("Why a person decides", .quoted(decision.reason))) }
    return facts
  }

  private static func votes(_ votes: [ItemContent.Vote]) -> HTML {
    guard !votes.isEmpty else { return paragraph("Nobody has judged it.") }
    return .table(
      "Table of votes", columns: ["Person", "Vote", "Suggestion seen", "Guideline", "Took", "When"],
      rows: votes.map { vote in
        [
          .quoted(vote.person),
          HTML.quoted(vote.label ?? vote.kind)
            + (vote.reason.isEmpty ? .none : HTML("small", [:], .quoted(vote.reason))),
          .text(vote.sawSuggestion ? "yes" : "no"), .text(vote.guideline.map { "\($0)" } ?? "–"),
          .text(Format.decimals(vote.seconds, 1) + "\u{A0}s"), PageText.moment(vote.at),
        ]
      }, isText: true)
  }

  private static func history(_ events: [ItemContent.Event]) -> HTML {
    guard !events.isEmpty else { return paragraph("Nothing yet.") }
    return .table(
      "Table of what happened", columns: ["When", "What", "Who"],
      rows: events.map {
        [PageText.moment($0.at), .quoted($0.what), $0.who.isEmpty ? .text("server") : .quoted($0.who)]
      },
      isText: true)
  }

  private func itemActions(_ content: ItemContent) -> HTML {
    let path = PagePath.item(content.row.id)
    return Self.folded(
      "Second review",
      form(
        path, Self.hidden("act", "second"), Self.reason(id: "second-reason"),
        HTML("button", [:], .text("Ask a second person"))))
      + Self.folded(
        "Queue it again",
        form(
          path, Self.hidden("act", "requeue"), Self.reason(id: "requeue-reason"),
          HTML("button", [:], .text("Queue it again"))))
  }
}
