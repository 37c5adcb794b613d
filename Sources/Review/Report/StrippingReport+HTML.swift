public import Markup

extension StrippingReport {
  /// The report as a part of a page.
  public var section: HTML {
    guard !rows.isEmpty else { return HTML("p", [:], .text(Self.nothing)) }
    return HTML.table(
      Self.title, columns: Self.columns, rows: cells.map { $0.map { HTML.text($0) } })
      + HTML("ul", [:], notes.map { HTML("li", [:], .text($0)) })
  }

  /// The report as one file: no script, nothing from elsewhere.
  public var page: String {
    let page =
      HTML(
        "head", [:],
        .void("meta", ["charset": "utf-8"]),
        .void("meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"]),
        .void("meta", ["name": "color-scheme", "content": "light dark"]),
        .void(
          "meta", ["http-equiv": "Content-Security-Policy", "content": "default-src 'none'; style-src 'unsafe-inline'"]),
        HTML("title", [:], .text(Self.title)),
        HTML("style", [:], .literal([PageStyle.colors, PageStyle.elements, PageStyle.tables])))
      + HTML(
        "body", [:], HTML("header", ["class": "top"], HTML("h1", [:], .text(Self.title))), HTML("main", [:], section))
    return "<!DOCTYPE html>\n<html lang=\"en\">\n" + page.markup + "</html>\n"
  }
}
