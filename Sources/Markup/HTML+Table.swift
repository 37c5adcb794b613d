extension HTML {
  /// What may be wider than the page, in a box that scrolls sideways by itself. A keyboard reaches it, too.
  ///
  /// - Parameter label: What a screen reader calls it.
  public static func scrolling(_ label: String, _ content: HTML) -> HTML {
    HTML("div", ["class": "scroll", "role": "region", "tabindex": "0", "aria-label": label], content)
  }

  /// A table in such a box.
  ///
  /// - Parameters:
  ///   - label: What a screen reader calls it.
  ///   - columns: What stands above.
  ///   - rows: Their cells; the first one of each is its header.
  ///   - isText: Whether its cells hold words and not numbers.
  public static func table(_ label: String, columns: [String], rows: [[HTML]], isText: Bool = false) -> HTML {
    let head = HTML("tr", [:], columns.map { HTML("th", ["scope": "col"], .text($0)) })
    let body = rows.map { cells in
      HTML(
        "tr", [:],
        cells.enumerated().map { $0 == 0 ? HTML("th", ["scope": "row"], $1) : HTML("td", [:], $1) })
    }
    return scrolling(
      label,
      HTML("table", ["class": isText ? "words" : "numbers"], HTML("thead", [:], head), HTML("tbody", [:], body)))
  }
}
