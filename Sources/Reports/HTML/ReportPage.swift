import Markup
import Records

/// A report as one HTML file: no script, nothing from elsewhere. What is not colour says everything that colour says.
struct ReportPage {
  private let document: ReportDocument

  init(_ document: ReportDocument) { self.document = document }

  /// The whole file.
  var text: String {
    let title = [document.title, document.subtitle].joined(separator: ": ")
    let page =
      HTML(
        "head", [:],
        .void("meta", ["charset": "utf-8"]),
        .void("meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"]),
        .void("meta", ["name": "color-scheme", "content": "light dark"]),
        // Even markup that got through would load and run nothing.
        .void(
          "meta", ["http-equiv": "Content-Security-Policy", "content": "default-src 'none'; style-src 'unsafe-inline'"]),
        HTML("title", [:], .text(title)), HTML("style", [:], StyleSheet.html))
      + HTML("body", [:], header, HTML("main", ["id": "content"], document.sections.map(html)), footer)
    return "<!DOCTYPE html>\n<html lang=\"en\">\n" + page.markup + "</html>\n"
  }

  private var header: HTML {
    HTML(
      "header", ["class": "top"],
      HTML("p", ["class": "brand"], .text(document.title)), HTML("h1", [:], .text(document.headline)),
      HTML("p", ["class": "status"], .text(document.subtitle)),
      document.warnings.map { HTML("p", ["class": "warning"], $0.html) }.joined,
      cards,
      HTML("ul", ["class": "findings"], document.findings.map { HTML("li", [:], $0.html) }),
      HTML(
        "nav", ["aria-label": "Sections"],
        document.sections.map { HTML("a", ["href": "#\($0.id)"], .text($0.title)) + .text(" ") }))
  }

  private var cards: HTML {
    guard !document.cards.isEmpty else { return .none }
    return HTML(
      "div", ["class": "cards"],
      document.cards.map { card in
        HTML(
          "article", ["class": card.isBest ? "card best" : "card"],
          HTML(
            "h2", [:], SeriesStyle(card.series).swatch, .text(" "), .name(card.name),
            card.isBest ? .text(" ") + HTML("span", ["class": "tag"], .text("★ best")) : .none),
          HTML("p", ["class": "figure"], .text(card.value)), HTML("p", ["class": "detail"], .text(card.detail)),
          HTML(
            "dl", [:],
            card.facts.map { HTML("div", [:], HTML("dt", [:], .text($0.name)), HTML("dd", [:], .text($0.value))) }))
      })
  }

  private var footer: HTML {
    HTML(
      "footer", [:],
      HTML(
        "p", [:],
        .text(
          "Written by accrete \(Manifest.accreteVersion) from the runs' folders alone. The same folders give the same page; \(document.numbersFile) beside it has every number."
        )))
  }

  private func html(_ section: ReportDocument.Section) -> HTML {
    HTML(
      "section", ["id": section.id, "aria-labelledby": "\(section.id)-title"],
      [HTML("h2", ["id": "\(section.id)-title"], .text(section.title))]
        + html(section.blocks, id: section.id, below: section.title))
  }

  private func html(_ blocks: [ReportDocument.Block], id: String, below heading: String) -> [HTML] {
    blocks.enumerated().map { html($1, id: "\(id)-\($0 + 1)", below: heading) }
  }

  /// - Parameter heading: What is above it, which is not said twice.
  private func html(_ block: ReportDocument.Block, id: String, below heading: String) -> HTML {
    switch block {
    case .paragraph(let phrase): HTML("p", ["class": "lead"], phrase.html)
    case .warning(let phrase): HTML("p", ["class": "warning"], phrase.html)
    case .table(let table): table.html(id: id, titled: table.title != heading)
    case .shades(let low, let high, let legend):
      HTML(
        "p", ["class": "shades"], .text(low + " "), HTML("span", ["class": "ramp", "aria-hidden": "true"]),
        .text(" \(high). "), legend.html)
    case .chart(let chart): chart.html(id: id)
    case .grid(let blocks, let width):
      HTML(
        "div", ["class": "grid", "style": "--width:\(Format.coordinate(width))rem"],
        html(blocks, id: id, below: heading))
    case .details(let summary, let blocks):
      HTML("details", [:], [HTML("summary", [:], .text(summary))] + html(blocks, id: id, below: summary))
    }
  }
}
