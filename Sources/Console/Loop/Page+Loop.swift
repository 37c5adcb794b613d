import Files
public import Foundation
import Markup

extension Page {
  /// The loop's jobs.
  ///
  /// - Parameters:
  ///   - content: What is shown.
  ///   - notice: What became of an action.
  /// - Returns: A whole page.
  public func loop(_ content: LoopContent, notice: PageNotice? = nil) -> Data {
    document(
      "Loop", at: PagePath.loop, notice: notice,
      Self.refreshing(PagePath.loop, topics: ["loop"]),
      content.stoppedBy.map {
        HTML(
          "p", ["class": "warning"], .text("Stopped by "), .quoted($0),
          .text(". It is started again on the overview, by two people."))
      } ?? .none,
      Self.section("Jobs", id: "jobs", Self.live("jobs", Self.jobs(content.rows))),
      Self.section("What tasks wait for", id: "triggers", Self.live("triggers", Self.triggers(content.triggers))))
  }

  private static func jobs(_ rows: [LoopContent.Row]) -> HTML {
    guard !rows.isEmpty else {
      return paragraph("None. A task's job begins when people have given it enough new labels.")
    }
    return .table(
      "Table of jobs", columns: ["Task", "State", "Since", "Attempt", "Begun by", "Reason"],
      rows: rows.map { row in
        [
          HTML("a", ["href": PagePath.job(row.id)], .quoted(row.task)), JobState(row.state).html,
          PageText.moment(row.since), .text(row.attempt > 0 ? "\(row.attempt)" : "–"),
          row.trigger.isEmpty ? .text("–") : .quoted(row.trigger),
          row.reason.isEmpty ? .text("–") : .quoted(row.reason),
        ]
      }, isText: true)
  }

  private static func triggers(_ triggers: [LoopContent.Trigger]) -> HTML {
    guard !triggers.isEmpty else { return paragraph("Nothing.") }
    return .table(
      "Table of triggers", columns: ["Task", "New labels", "Needed"],
      rows: triggers.map {
        [.quoted($0.task), .text(PageText.count($0.labels)), .text(PageText.count($0.needed))]
      })
  }

  /// A job: what it was given, what it has made, and what lets it go on.
  ///
  /// - Parameters:
  ///   - content: What is shown.
  ///   - notice: What became of an action.
  /// - Returns: A whole page.
  public func job(_ content: JobContent, notice: PageNotice? = nil) -> Data {
    let row = content.row
    let path = PagePath.job(row.id)
    return document(
      "Job of \(row.task.printable)", at: PagePath.loop, notice: notice,
      Self.refreshing(path, topics: ["loop"]),
      Self.section("State", id: "state", Self.live("state", Self.state(row))),
      overrides(content.overrides),
      Self.section("Gates", id: "gates", Self.live("gates", PageGate.table(content.gates, "Table of gates"))),
      Self.section("Shadow and canary", id: "curves", Self.live("curves", Self.curves(content.curves))),
      Self.section("Given", id: "inputs", Self.pieces(content.inputs, "Table of what it was given")),
      Self.section("Made", id: "outputs", Self.pieces(content.outputs, "Table of what it has made")),
      Self.section("So far", id: "steps", Self.live("steps", Self.steps(content.steps))),
      jobActions(content))
  }

  private static func state(_ row: LoopContent.Row) -> HTML {
    JobState(row.state).steps
      + facts([
        ("Task", .quoted(row.task)), ("Since", PageText.moment(row.since)),
        ("Attempt", .text(row.attempt > 0 ? "\(row.attempt)" : "none yet")),
        ("Begun by", row.trigger.isEmpty ? .text("nothing yet") : .quoted(row.trigger)),
      ])
      + (row.reason.isEmpty ? .none : HTML("p", ["class": "warning"], .quoted(row.reason)))
  }

  private func overrides(_ overrides: [JobContent.Override]) -> HTML {
    guard !overrides.isEmpty else { return .none }
    return Self.section(
      "Overridden gates", id: "overrides",
      overrides.map { one in
        HTML(
          "p", ["class": "warning"], HTML("b", [:], .quoted(one.gate)), .text(" by "),
          .quoted(Format.list(one.people)), .text(", "), PageText.moment(one.at), .text(": "), .quoted(one.reason))
      }.joined)
  }

  private static func curves(_ curves: [PageCurve]) -> HTML {
    guard !curves.isEmpty else { return paragraph("Neither has begun.") }
    return curves.enumerated().map { $1.html(id: "curve-\($0)") }.joined
  }

  private static func pieces(_ pieces: [JobContent.Piece], _ label: String) -> HTML {
    guard !pieces.isEmpty else { return paragraph("Nothing yet.") }
    return .table(
      label, columns: ["What", "Value", "Digest"],
      rows: pieces.map { [.quoted($0.name), .quoted($0.value), $0.digest.map { PageText.digest($0) } ?? .text("–")] },
      isText: true)
  }

  private static func steps(_ steps: [JobContent.Step]) -> HTML {
    guard !steps.isEmpty else { return paragraph("Nothing yet.") }
    return .table(
      "Table of what was done", columns: ["State", "Begun", "Outcome"],
      rows: steps.map {
        [JobState($0.state).html, PageText.moment($0.at), $0.outcome.isEmpty ? .text("–") : .quoted($0.outcome)]
      }, isText: true)
  }
}
