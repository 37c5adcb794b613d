import Markup

extension LineChart {
  /// A figure: title, drawing, caption, and the numbers for whoever wants them or cannot see the drawing.
  func html(id: String) -> HTML {
    HTML(
      "figure", ["id": id, "class": "chart"],
      HTML("h3", [:], .text(title)), drawing(id: id), legend,
      caption.text.isEmpty ? .none : HTML("p", ["class": "caption"], caption.html),
      HTML("details", [:], HTML("summary", [:], .text("Numbers")), table.html(id: "\(id)-numbers", titled: false)))
  }

  /// The whole names, where the drawing has shortened one.
  private var legend: HTML {
    guard series.contains(where: { LineChartLayout.label($0.name).isShortened }) else { return .none }
    return HTML(
      "ul", ["class": "legend"],
      series.filter { !$0.name.isEmpty }.map {
        HTML("li", [:], SeriesStyle($0.style).swatch, .text(" "), .name($0.name))
      })
  }

  private func drawing(id: String) -> HTML {
    let layout = LineChartLayout(self)
    return HTML(
      "svg",
      [
        "viewBox": "0 0 \(Format.coordinate(LineChartLayout.width)) \(Format.coordinate(layout.height))", "role": "img",
        "aria-labelledby": "\(id)-name \(id)-description",
      ],
      HTML("title", ["id": "\(id)-name"], .text(title)),
      HTML("desc", ["id": "\(id)-description"], .text(description)),
      frame(layout), guides(layout), series.indices.map { line($0, layout) }.joined, names(layout))
  }

  /// The same in words: where each line begins and ends.
  private var description: String {
    let lines = series.filter { !$0.name.isEmpty }.map { line in
      guard let first = line.points.first, let last = line.points.last else { return "\(line.name): nothing" }
      return "\(line.name): " + (line.points.count == 1 ? first.text : "from \(first.text) to \(last.text)")
    }
    return "\(yTitle) against \(xTitle). " + lines.joined(separator: "; ") + "."
  }

  private func frame(_ layout: LineChartLayout) -> HTML {
    let (left, right, bottom) = (layout.left, layout.right, layout.bottom)
    var parts = [
      label("axis-title", 4, 14, yTitle, anchor: "start"),
      label("axis-title", (left + right) / 2, layout.height - 6, xTitle, anchor: "middle"),
    ]
    for tick in layout.vertical.ticks {
      let y = layout.y(tick)
      parts.append(path("rule", "M\(number(left)),\(number(y))H\(number(right))"))
      parts.append(label("tick", left - 7, y + 4, layout.vertical.label(tick), anchor: "end"))
    }
    for tick in layout.horizontal.ticks {
      let x = layout.x(tick)
      parts.append(path("axis", "M\(number(x)),\(number(bottom))v5"))
      parts.append(
        label("tick", x, bottom + 18, layout.horizontal.label(tick), anchor: "middle"))
    }
    parts.append(path("axis", "M\(number(left)),\(number(bottom))H\(number(right))"))
    return HTML("g", [:], parts)
  }

  private func guides(_ layout: LineChartLayout) -> HTML {
    guides.enumerated().map { index, guide in
      let x = layout.x(guide.x)
      return path("guide", "M\(number(x)),\(number(layout.top))V\(number(layout.bottom))")
        + label("tick", x, layout.top - 5, "\(index + 1)", anchor: "middle")
    }.joined
  }

  private func line(_ index: Int, _ layout: LineChartLayout) -> HTML {
    let series = series[index]
    let style = SeriesStyle(series.style)
    let marks = series.points.map { (x: layout.x($0.x), y: layout.y($0.y)) }
    let way = marks.map { "\(number($0.x)),\(number($0.y))" }.joined(separator: "L")
    var parts = series.kind == .curve ? [band(series, layout)] : []
    if series.kind != .points {
      parts.append(HTML("path", ["class": "line", "d": "M" + way, "stroke-dasharray": style.dashes]))
    }
    // Bars of lines that end at the same x stand side by side.
    let shift = series.kind == .points ? 0 : (Double(index) - Double(self.series.count - 1) / 2) * 3
    for (point, mark) in zip(series.points, marks) {
      guard let range = point.range, series.kind != .curve else { continue }
      let (x, low, high) = (mark.x + shift, layout.y(range.lowerBound), layout.y(range.upperBound))
      parts.append(
        path(
          "bar",
          "M\(number(x - 3)),\(number(low))h6M\(number(x)),\(number(low))V\(number(high))M\(number(x - 3)),\(number(high))h6"
        ))
    }
    // As many markers as can be told apart; the last point always has one.
    let stride = series.kind == .points ? 1 : max(1, series.points.count / 10)
    let marked = series.kind == .curve ? [] : Array(series.points.enumerated())
    for (number, point) in marked where number % stride == 0 || number == series.points.count - 1 {
      let mark = marks[number]
      parts.append(
        HTML(
          "path",
          [
            "class": style.isFilled ? "mark filled" : "mark", "d": style.marker,
            "transform": "translate(\(self.number(mark.x)),\(self.number(mark.y)))",
          ], HTML("title", [:], .text((series.name.isEmpty ? "" : series.name + ": ") + point.text))))
    }
    return HTML("g", ["class": "s\(style.number)"], series.points.isEmpty ? [] : parts)
  }

  /// Where a curve may be: between the ends of its points' ranges.
  private func band(_ series: Series, _ layout: LineChartLayout) -> HTML {
    let ranges = series.points.compactMap { point in point.range.map { (x: layout.x(point.x), range: $0) } }
    guard ranges.count > 1 else { return .none }
    let upper = ranges.map { "\(number($0.x)),\(number(layout.y($0.range.upperBound)))" }
    let lower = ranges.reversed().map { "\(number($0.x)),\(number(layout.y($0.range.lowerBound)))" }
    return path("band", "M" + (upper + lower).joined(separator: "L") + "z")
  }

  /// Each line's name beside its end.
  private func names(_ layout: LineChartLayout) -> HTML {
    layout.names.map { name in
      var parts: [HTML] = []
      if abs(name.y - name.endY) > 3 || layout.right - name.endX > 12 {
        parts.append(
          path(
            "leader",
            "M\(number(name.endX + 6)),\(number(name.endY))L\(number(layout.right + 8)),\(number(name.y))"))
      }
      for (row, text) in name.lines.enumerated() {
        parts.append(
          label("name", layout.right + 11, name.y + 4 + Double(row) * LineChartLayout.lineHeight, text, anchor: "start")
        )
      }
      return HTML("g", ["class": "s\(name.style)"], parts)
    }.joined
  }

  private func path(_ kind: String, _ way: String) -> HTML { HTML("path", ["class": kind, "d": way]) }

  private func label(_ kind: String, _ x: Double, _ y: Double, _ text: String, anchor: String) -> HTML {
    HTML("text", ["class": kind, "x": number(x), "y": number(y), "text-anchor": anchor], .text(text))
  }

  private func number(_ value: Double) -> String { Format.coordinate(value) }
}
