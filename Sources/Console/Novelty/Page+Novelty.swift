import Files
public import Foundation
import Markup

extension Page {
  /// Clusters of requests that no task claims, and what can be made of each.
  ///
  /// - Parameters:
  ///   - content: What is shown.
  ///   - notice: What became of an action.
  /// - Returns: A whole page.
  public func novelty(_ content: NoveltyContent, notice: PageNotice? = nil) -> Data {
    document(
      "Novelty", at: PagePath.novelty, notice: notice,
      Self.figures([
        ("Clusters", .text(PageText.count(content.clusters.count)), "of 200 requests or more"),
        (
          "Requests that no task claims", .text(content.unknown.map { Format.percent($0.value) } ?? "–"),
          "of the last week’s"
        ),
        (
          "Of a new task, recognised", .text(content.recall.map { Format.percent($0.value) } ?? "–"),
          content.recall.map { "simulated; \($0.interval)" } ?? "not simulated yet"
        ),
      ]),
      Self.paragraph(
        "What is not recognised goes to a task that does not fit. The certificate guards against that, not this list.",
        class: "help"),
      content.clusters.isEmpty
        ? Self.section("Clusters", id: "clusters", Self.paragraph("None."))
        : content.clusters.enumerated().map { cluster($1, number: $0 + 1) }.joined)
  }

  private func cluster(_ cluster: NoveltyContent.Cluster, number: Int) -> HTML {
    let id = "cluster-\(number)"
    return Self.section(
      "Cluster \(number)", id: id,
      Self.facts([
        ("Requests", .text(PageText.count(cluster.items))), ("Sources", .text(PageText.count(cluster.sources))),
        ("Days", .text(PageText.count(cluster.days))), ("Since", PageText.moment(cluster.since)),
      ]),
      HTML("h3", [:], .text("Samples")),
      HTML(
        "ul", ["class": "samples"],
        cluster.samples.map { HTML("li", ["tabindex": "0"], .quoted($0)) }),
      naming(cluster, id, number))
  }

  private func naming(_ cluster: NoveltyContent.Cluster, _ id: String, _ number: Int) -> HTML {
    guard viewer.rights.contains(.lead) else { return .none }
    let path = PagePath.cluster(cluster.id)
    return Self.folded(
      "Name it as a task", subject: "cluster \(number)",
      form(
        path, Self.hidden("act", "name"),
        Self.field("Task", id: "\(id)-task", name: "task", help: "Such as returns.", isRequired: true, longest: 64),
        Self.field(
          "Labels", id: "\(id)-labels", name: "labels", help: "Separated by commas, such as ok, violation.",
          isRequired: true, longest: 2000),
        HTML("label", ["for": "\(id)-guideline"], .text("Guideline")),
        HTML(
          "textarea",
          ["id": "\(id)-guideline", "name": "guideline", "rows": "6", "maxlength": "20000", "required": ""],
          .verbatim("")),
        HTML("button", [:], .text("Name it"), Self.unseen("cluster \(number)"))))
      + Self.folded(
        "Dismiss it", subject: "cluster \(number)",
        form(
          path, Self.hidden("act", "dismiss"), Self.reason(id: "\(id)-reason"),
          HTML("button", [:], .text("Dismiss it"), Self.unseen("cluster \(number)"))))
  }
}
