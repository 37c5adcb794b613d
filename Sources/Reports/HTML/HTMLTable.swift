import Markup

extension ReportTable {
  /// A figure: title and caption, the table in a container that scrolls sideways by itself, notes.
  ///
  /// - Parameters:
  ///   - id: Unlike that of every other figure of the page.
  ///   - titled: Whether the title is shown; where a heading above says it already, only a screen reader is told.
  func html(id: String, titled: Bool = true) -> HTML {
    var parts: [HTML] = []
    if titled { parts.append(HTML("h3", ["id": "\(id)-title"], .text(title))) }
    if !caption.text.allSatisfy(\.isWhitespace) { parts.append(HTML("p", ["class": "caption"], caption.html)) }
    parts.append(
      .scrolling(
        title,
        HTML(
          "table", ["class": isHeat ? "heat" : isText ? "words" : "numbers"], head, HTML("tbody", [:], rows.map(html)))
      ))
    if !notes.isEmpty {
      parts.append(HTML("ul", ["class": "notes"], notes.map { HTML("li", [:], $0.html) }))
    }
    return HTML("figure", ["id": id, "class": "table"], parts)
  }

  private var isHeat: Bool { rows.contains { $0.cells.contains { $0.shade != nil } } }

  private var head: HTML {
    let corner = corner.isEmpty ? HTML("td") : HTML("th", ["scope": "col"], .text(corner))
    return HTML(
      "thead", [:],
      HTML(
        "tr", [:],
        [corner]
          + columns.map { column in
            HTML(
              "th", ["scope": "col"],
              [.name(column.title, breaks: isHeat)] + (column.detail.map { [HTML("small", [:], .text($0))] } ?? []))
          }))
  }

  private func html(_ row: Row) -> HTML {
    let swatch = row.series.map { SeriesStyle($0).swatch + .text(" ") } ?? .none
    return HTML(
      "tr", [:], [HTML("th", ["scope": "row"], swatch + .name(row.header))] + row.cells.map(html))
  }

  private func html(_ cell: Cell) -> HTML {
    let text = HTML("span", ["class": "value"], isText ? .name(cell.text) : .text(cell.text))
    let number = cell.mark == .best ? HTML("strong", [:], text) : text
    var parts = [number]
    if cell.mark != .none {
      parts.append(
        HTML("span", ["class": "sign", "role": "img", "aria-label": cell.mark.meaning], .text(cell.mark.sign)))
    }
    if let detail = cell.detail { parts.append(HTML("small", [:], .text(detail))) }
    return HTML(
      "td",
      [
        "class": cell.mark.styleClass,
        "style": cell.shade.map { "--shade:" + Format.coordinate($0, 2) }, "title": cell.hint,
      ], parts)
  }
}

extension ReportTable.Mark {
  /// Its name in the style sheet.
  fileprivate var styleClass: String? {
    switch self {
    case .none: nil
    case .best: "best"
    case .learned: "learned"
    case .lost: "lost"
    }
  }
}

extension SeriesStyle {
  /// A short piece of the line with its marker.
  var swatch: HTML {
    HTML(
      "svg", ["class": "swatch s\(number)", "viewBox": "0 0 30 14", "aria-hidden": "true"],
      HTML("path", ["class": "line", "d": "M0,7H30", "stroke-dasharray": dashes]),
      HTML("path", ["class": isFilled ? "mark filled" : "mark", "d": marker, "transform": "translate(15,7)"]))
  }
}
