import Markup

/// Where everything of a chart is drawn, in units of its view box, which are about pixels.
struct LineChartLayout {
  static let width = 400.0
  /// Of a name of two lines.
  static let lineHeight = 13.0

  /// A line's name at its end.
  struct Name: Equatable {
    var lines: [String]
    var style: Int
    /// Where the line ends.
    var endX: Double
    var endY: Double
    /// Where the name stands.
    var y: Double
  }

  let horizontal: Axis
  let vertical: Axis
  let left: Double
  let right: Double
  let top = 26.0
  let bottom: Double
  let height: Double
  private(set) var names: [Name] = []

  /// About how wide a character is.
  private static let character = 6.6
  /// Between the first point and the axis.
  private static let inset = 10.0

  init(_ chart: LineChart) {
    let points = chart.series.flatMap(\.points)
    let ys = points.flatMap { [$0.y] + ($0.range.map { [$0.lowerBound, $0.upperBound] } ?? []) }
    let vertical =
      chart.yScale == .linear
      ? Axis(covering: chart.fromZero ? ys + [0] : ys) : Axis(chart.yScale, covering: ys)
    self.vertical = vertical
    horizontal = Self.horizontal(points.map(\.x), chart)
    let labels = chart.series.map { $0.name.isEmpty ? [] : Self.label($0.name).lines }
    let ticks = vertical.ticks.map { vertical.label($0).count }.max() ?? 0
    left = max(Double(ticks) * Self.character + 12, 34)
    right = Self.width - 16 - Double(labels.joined().map(\.count).max() ?? 0) * Self.character
    // Room for every name beside the plot, one below the other.
    let needed = labels.reduce(0) { $0 + ($1.isEmpty ? 0 : Self.room($1)) }
    bottom = top + max(200, needed)
    height = bottom + 44
    names = positioned(chart, labels)
  }

  /// Ticks only where there can be points; the axis ends with the last point.
  private static func horizontal(_ xs: [Double], _ chart: LineChart) -> Axis {
    guard chart.xScale == .linear else { return Axis(chart.xScale, covering: xs + chart.guides.map(\.x)) }
    let axis = Axis(
      covering: xs + chart.guides.map(\.x), steps: chart.isCounted ? 8 : 5, smallest: chart.isCounted ? 1 : 0)
    guard chart.isCounted, let low = xs.min(), let high = xs.max() else { return axis }
    return Axis(low: low, high: high, ticks: axis.ticks.filter { $0 >= low && $0 <= high }, decimals: 0)
  }

  func x(_ value: Double) -> Double {
    left + Self.inset + horizontal.share(value) * (right - left - 2 * Self.inset)
  }

  func y(_ value: Double) -> Double { bottom - vertical.share(value) * (bottom - top) }

  /// A name in at most two lines of 18 characters.
  static func label(_ name: String) -> (lines: [String], isShortened: Bool) {
    let longest = 18
    guard name.count > longest else { return ([name], false) }
    var lines = [""]
    for word in name.split(separator: " ") {
      if let last = lines.last, !last.isEmpty, last.count + 1 + word.count > longest { lines.append("") }
      lines[lines.count - 1] += (lines.last == "" ? "" : " ") + word
    }
    let isShortened = lines.count > 2 || lines.contains { $0.count > longest }
    return (lines.prefix(2).map { $0.count > longest ? $0.prefix(longest - 1) + "…" : $0 }, isShortened)
  }

  private static func room(_ lines: [String]) -> Double { Double(lines.count) * lineHeight + 3 }

  /// Names at the ends of their lines, moved apart where they would cover each other.
  private func positioned(_ chart: LineChart, _ labels: [[String]]) -> [Name] {
    var names = zip(chart.series, labels).compactMap { series, lines -> Name? in
      guard let last = series.points.last, !lines.isEmpty else { return nil }
      let (x, y) = (x(last.x), y(last.y))
      return Name(lines: lines, style: SeriesStyle(series.style).number, endX: x, endY: y, y: y)
    }.sorted { $0.y < $1.y }
    for number in names.indices.dropFirst() {
      names[number].y = max(names[number].y, names[number - 1].y + Self.room(names[number - 1].lines))
    }
    var limit = bottom + 4
    for number in names.indices.reversed() {
      let room = Self.room(names[number].lines)
      names[number].y = max(min(names[number].y, limit - room + Self.lineHeight), top)
      limit = names[number].y - Self.lineHeight
    }
    return names
  }
}
