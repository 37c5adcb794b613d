import Files
import Markup

extension PageCurve {
  private static let width = 480.0
  private static let height = 230.0
  private static let top = 12.0
  private static let bottom = 190.0
  private static let right = 464.0

  /// A drawing, and below it the same numbers as a table for whoever cannot see it.
  ///
  /// - Parameter id: Of the figure; no other part of the view has it.
  func html(id: String) -> HTML {
    guard lines.contains(where: { !$0.points.isEmpty }) else {
      return HTML("p", [:], .text("\(title): nothing yet."))
    }
    return HTML(
      "figure", ["aria-labelledby": "\(id)-title"],
      HTML("figcaption", ["id": "\(id)-title"], .text(title)),
      legend,
      HTML("div", ["class": "graph", "role": "region", "tabindex": "0", "aria-label": "Drawing: \(title)"], drawing),
      Page.folded("The numbers", subject: "of: \(title)", table(id)))
  }

  private var vertical: Axis {
    let ys = lines.flatMap(\.points).flatMap { [$0.y] + [$0.low, $0.high].compactMap(\.self) } + bounds.map(\.y)
    return isLogarithmic ? Axis(.counts, covering: ys) : Axis(covering: ys)
  }

  private var horizontal: Axis { Axis(covering: lines.flatMap(\.points).map(\.x), steps: 6) }

  private var drawing: HTML {
    let (vertical, horizontal) = (vertical, horizontal)
    let left = 16 + 7 * Double(vertical.ticks.map { vertical.label($0).count }.max() ?? 1)
    func x(_ value: Double) -> Double { left + horizontal.share(value) * (Self.right - left) }
    func y(_ value: Double) -> Double { Self.bottom - vertical.share(value) * (Self.bottom - Self.top) }
    func place(_ x: Double, _ y: Double) -> String { "\(Format.coordinate(x)),\(Format.coordinate(y))" }

    var parts: [HTML] = []
    for tick in vertical.ticks {
      parts.append(HTML("path", ["class": "rule", "d": "M\(place(left, y(tick)))H\(Format.coordinate(Self.right))"]))
      parts.append(text(vertical.label(tick), x: left - 6, y: y(tick) + 4, anchor: "end"))
    }
    for tick in horizontal.ticks {
      parts.append(text(horizontal.label(tick), x: x(tick), y: Self.bottom + 16, anchor: "middle"))
    }
    parts.append(HTML("path", ["class": "axis", "d": "M\(place(left, Self.bottom))H\(Format.coordinate(Self.right))"]))
    parts.append(text(xTitle, x: Self.right, y: Self.bottom + 34, anchor: "end"))
    for bound in bounds {
      parts.append(
        HTML("path", ["class": "bound", "d": "M\(place(left, y(bound.y)))H\(Format.coordinate(Self.right))"]))
      parts.append(
        text(bound.name, x: Self.right, y: y(bound.y) + (y(bound.y) < Self.top + 16 ? 14 : -5), anchor: "end"))
    }
    for (number, line) in lines.enumerated() where !line.points.isEmpty {
      let style = SeriesStyle(number)
      let banded = line.points.filter { $0.low != nil && $0.high != nil }
      if banded.count > 1 {
        let upper = banded.map { place(x($0.x), y($0.high ?? $0.y)) }
        let lower = banded.reversed().map { place(x($0.x), y($0.low ?? $0.y)) }
        parts.append(
          HTML("path", ["class": "band s\(style.number)", "d": "M" + (upper + lower).joined(separator: "L") + "Z"]))
      }
      parts.append(
        HTML(
          "path",
          [
            "class": "line s\(style.number)", "stroke-dasharray": style.dashes,
            "d": "M" + line.points.map { place(x($0.x), y($0.y)) }.joined(separator: "L"),
          ]))
    }
    return HTML(
      "svg",
      [
        "class": "drawing", "viewBox": "0 0 \(Format.coordinate(Self.width)) \(Format.coordinate(Self.height))",
        "role": "img", "aria-label": title,
      ], parts)
  }

  private func text(_ text: String, x: Double, y: Double, anchor: String) -> HTML {
    HTML(
      "text", ["x": Format.coordinate(x), "y": Format.coordinate(y), "text-anchor": anchor], .text(text.printable))
  }

  /// The lines' names with what tells them apart.
  private var legend: HTML {
    guard lines.count > 1 else { return .none }
    return HTML(
      "ul", ["class": "legend"],
      lines.enumerated().map { number, line in
        let style = SeriesStyle(number)
        return HTML(
          "li", [:],
          HTML(
            "svg", ["class": "drawing swatch", "viewBox": "0 0 30 8", "aria-hidden": "true"],
            HTML("path", ["class": "line s\(style.number)", "stroke-dasharray": style.dashes, "d": "M0,4H30"])),
          .text(" "), .quoted(line.name))
      })
  }

  private func table(_ id: String) -> HTML {
    let rows = lines.flatMap { line in
      line.points.map { point -> [HTML] in
        let range = point.low.flatMap { low in
          point.high.map { "\(Format.compact(low)) to \(Format.compact($0))" }
        }
        return [
          .quoted(line.name), .text(Format.compact(point.x)), .text(Format.compact(point.y)), .text(range ?? "–"),
        ]
      }
    }
    return .table("Numbers of the drawing: \(title)", columns: ["Line", xTitle, "Value", "Interval"], rows: rows)
  }
}
