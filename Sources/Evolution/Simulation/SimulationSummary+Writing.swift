import Markup

extension SimulationSummary {
  /// The report in Markdown.
  public var markdown: String {
    func table(_ columns: [String], _ cells: [[String]]) -> String {
      let lines = [columns, columns.map { _ in "---" }] + cells
      return lines.map { "| " + $0.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ") + " |" }
        .joined(separator: "\n")
    }
    var parts = ["# Simulation of \(stream)", sentences.joined(separator: "\n"), table(Self.columns, cells)]
    if !eventCells.isEmpty { parts += ["## After each event", table(Self.eventColumns, eventCells)] }
    return parts.joined(separator: "\n\n") + "\n"
  }

  /// The report as a page that needs no other file.
  public var page: String {
    func table(_ label: String, _ columns: [String], _ cells: [[String]]) -> HTML {
      HTML.table(label, columns: columns, rows: cells.map { $0.map(HTML.text) })
    }
    let events =
      eventCells.isEmpty
      ? HTML.none
      : HTML(
        "section", [:], HTML("h2", [:], .text("After each event")), table("Events", Self.eventColumns, eventCells))
    let page = HTML(
      "html", ["lang": "en"],
      HTML(
        "head", [:], .void("meta", ["charset": "utf-8"]),
        .void("meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"]),
        HTML("title", [:], .text("Simulation of \(stream)")),
        HTML("style", [:], .literal([PageStyle.colors, PageStyle.elements, PageStyle.tables]))),
      HTML(
        "body", [:],
        HTML("header", ["class": "top"], HTML("h1", [:], .text("Simulation of \(stream)"))),
        HTML(
          "main", [:], sentences.map { HTML("p", [:], .text($0)) }.joined,
          HTML("section", [:], HTML("h2", [:], .text("Policies")), table("Policies", Self.columns, cells)), events)))
    return "<!doctype html>\n" + page.markup + "\n"
  }
}
