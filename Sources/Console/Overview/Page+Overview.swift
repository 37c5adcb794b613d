public import Foundation
import Markup

extension Page {
  /// The first view: what matters of each of the others.
  public func overview(_ data: ServingContent) -> Data {
    let resident = data.experts.filter { $0.state == "ready" }.count
    return document(
      "Overview", at: PagePath.overview,
      Self.section("Release", id: "release", Self.release(data)),
      Self.section(
        "Serving", id: "serving",
        Self.facts([
          ("Versions served", .text(PageText.count(data.models.filter { $0.kind == .version }.count))),
          ("Experts in memory", .text(PageText.count(resident))),
          ("Requests running", .text(PageText.count(data.load.running))),
          ("Requests waiting", .text(PageText.count(data.load.waiting))),
          ("Requests a second", Self.requestRate(data.load)),
          ("Tokens a second", Self.tokenRate(data.load)),
          ("Last error", Self.lastFailure(data)),
        ]),
        HTML(
          "p", [:],
          HTML("a", ["href": PagePath.serving], .text("All of it, and a form to try a text")))))
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
