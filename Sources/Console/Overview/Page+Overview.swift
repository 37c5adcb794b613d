import Files
public import Foundation
import Markup

extension Page {
  /// The first view: what matters of each of the others.
  ///
  /// - Parameters:
  ///   - content: What is shown.
  ///   - notice: What became of an action.
  /// - Returns: A whole page.
  public func overview(_ content: OverviewContent, notice: PageNotice? = nil) -> Data {
    document(
      "Overview", at: PagePath.overview, notice: notice,
      Self.refreshing(PagePath.overview, topics: ["sides", "queue", "loop", "serving", "release"]),
      Self.live("alarms", Self.alarms(content)),
      content.switches.isEmpty ? .none : Self.live("figures", Self.figures(content)),
      content.switches.isEmpty
        ? .none : Self.section("Sides", id: "sides", Self.live("sides", Self.sides(content.sides))),
      content.switches.isEmpty ? .none : Self.section("Loop", id: "loop", Self.live("jobs", Self.jobs(content))),
      Self.section("Release", id: "release", Self.live("release", Self.release(content.serving))),
      Self.section("Serving", id: "serving", Self.live("serving", Self.serving(content.serving))),
      switches(content.switches))
  }

  private static func alarms(_ content: OverviewContent) -> HTML {
    guard !content.alarms.isEmpty else { return .none }
    return section(
      "Alarms", id: "alarms",
      HTML(
        "ul", ["class": "alarms"],
        content.alarms.map { alarm in
          HTML(
            "li", [:], PageState(alarm.isGrave ? .bad : .waiting, alarm.isGrave ? "stopped" : "look").html,
            HTML("span", [:], .quoted(alarm.text)), PageText.moment(alarm.at),
            alarm.view.map { HTML("a", ["href": $0], .text("Look"), unseen("at: \(alarm.text.printable)")) } ?? .none)
        }))
  }

  private static func figures(_ content: OverviewContent) -> HTML {
    let (queue, today) = (content.queue, content.today)
    let past = queue.pastDue > 0 ? ", \(PageText.count(queue.pastDue)) past due" : ""
    return figures([
      (
        "Waiting for people", .text(PageText.count(queue.depth)),
        queue.oldest.map { "oldest \(Format.duration($0))\(past)" } ?? "none"
      ),
      (
        "Decided without a person", .text(today.automatic.map { Format.percent($0.value) } ?? "–"),
        today.automatic.map {
          "\($0.interval) of today’s \(PageText.count(today.items))"
        } ?? "nothing has come today"
      ),
      ("Decisions of people today", .text(PageText.count(today.human)), ""),
      (
        "Active sides",
        .text("\(content.sides.filter { $0.state == .active || $0.state == .amber }.count) of \(content.sides.count)"),
        stopped(content.sides)
      ),
    ])
  }

  private static func stopped(_ sides: [OverviewContent.Side]) -> String {
    let count = sides.filter { $0.state == .stopped }.count
    return count == 0 ? "none stopped" : "\(count) stopped"
  }

  /// Sides with what their certificates still allow.
  static func sides(_ sides: [OverviewContent.Side]) -> HTML {
    guard !sides.isEmpty else {
      return paragraph("No task has a policy yet.")
    }
    return .table(
      "Table of sides", columns: ["Side", "State", "Certificate", "Detector"],
      rows: sides.map { side in
        [
          HTML.quoted(side.task) + HTML("small", [:], .quoted(side.label)),
          state(of: side).html + (side.reason.isEmpty ? .none : HTML("small", [:], .quoted(side.reason))),
          certificate(of: side),
          side.detector.map {
            PageText.number(
              Format.compact($0.sum), detail: "stops at \(Format.compact($0.limit))")
          } ?? .text("–"),
        ]
      }, isText: true)
  }

  private static func state(of side: OverviewContent.Side) -> PageState {
    switch side.state {
    case .inactive: PageState(.idle, "inactive")
    case .active: PageState(.good, "active")
    case .amber: PageState(.waiting, "amber")
    case .stopped: PageState(.bad, "stopped")
    }
  }

  private static func certificate(of side: OverviewContent.Side) -> HTML {
    guard let days = side.daysLeft else { return .text("none") }
    let items = side.itemsLeft.map { "\(PageText.count(max($0, 0))) items" } ?? ""
    return PageText.number("\(PageText.left(days: days))", detail: items)
  }

  private static func jobs(_ content: OverviewContent) -> HTML {
    guard !content.jobs.isEmpty else { return paragraph("Nothing is learned at the moment.") }
    return .table(
      "Table of jobs at work", columns: ["Task", "State", "Since"],
      rows: content.jobs.map { job in
        [
          HTML("a", ["href": PagePath.job(job.id)], .quoted(job.task)), JobState(job.state).html,
          PageText.moment(job.since),
        ]
      }, isText: true)
  }

  private static func serving(_ data: ServingContent) -> HTML {
    let resident = data.experts.filter { $0.state == "ready" }.count
    return facts([
      ("Versions served", .text(PageText.count(data.models.filter { $0.kind == .version }.count))),
      ("Experts in memory", .text(PageText.count(resident))),
      ("Requests running", .text(PageText.count(data.load.running))),
      ("Requests waiting", .text(PageText.count(data.load.waiting))),
      ("Requests a second", requestRate(data.load)),
      ("Tokens a second", tokenRate(data.load)),
      ("Last error", lastFailure(data)),
    ]) + HTML("p", [:], HTML("a", ["href": PagePath.serving], .text("All of it, and a form to try a text")))
  }

  private static func lastFailure(_ data: ServingContent) -> HTML {
    guard let failure = data.failures.first else { return .text("none") }
    return HTML.quoted(failure.code) + HTML.text(", ") + PageText.moment(failure.last)
  }

  /// The release and its age.
  static func release(_ data: ServingContent) -> HTML {
    guard let release = data.release else {
      return HTML("p", [:], .text("Nothing is released yet: requests reach the base alone."))
    }
    return facts([
      ("Revision", .text(PageText.count(release.revision))), ("Published", PageText.moment(release.published)),
      ("Age", .text(PageText.age(release.published, at: data.now))),
    ])
  }
}
