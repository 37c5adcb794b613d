import Foundation
import Markup
import Testing

@testable import Reports

/// Are axes round, and can lines be told apart without colour?
@Suite struct ChartTests {
  @Test(arguments: [
    ([0.41, 0.93], [0.4, 0.6, 0.8, 1.0], 1), ([0.0, 2.7], [0, 1, 2, 3], 0), ([1.0, 4.0], [1, 2, 3, 4], 0),
    ([-0.03, 0.02], [-0.03, -0.02, -0.01, 0, 0.01, 0.02], 2), ([0.0, 1239.0], [0, 500, 1000, 1500], 0),
  ])
  func roundTicks(values: [Double], ticks: [Double], decimals: Int) {
    let axis = Axis(covering: values)
    #expect(axis.ticks.count == ticks.count && zip(axis.ticks, ticks).allSatisfy { abs($0 - $1) < 1e-9 }, "\(axis)")
    #expect(axis.decimals == decimals && axis.low <= values[0] && axis.high >= values[1])
  }

  @Test(arguments: [
    [], [0.5], [0, 0], [1e308, -1e308], [.nan, 1], [1, 1 + 1e-15], [-1e299, 1e299], [0, 1e-300],
  ])
  func valuesThatCouldBreakAnAxis(values: [Double]) {
    let axis = Axis(covering: values)
    #expect(axis.ticks.count < 102 && axis.low.isFinite && axis.high.isFinite)
    for value in values { #expect((0...1).contains(axis.share(value))) }
  }

  static func chart(_ names: [String], ends: [Double]) -> LineChart {
    let series = zip(names, ends).enumerated().map { number, line in
      LineChart.Series(
        name: line.0, style: number,
        points: [.init(x: 1, y: 0.5, text: "0.500"), .init(x: 2, y: line.1, text: "\(line.1)")])
    }
    return LineChart(
      title: "A", caption: "", xTitle: "tasks", yTitle: "accuracy", series: series,
      table: ReportTable(title: "A", caption: "", corner: "", columns: [], rows: []))
  }

  @Test func namesDoNotCoverEachOther() {
    let names = (0..<14).map { "method \($0)" }
    let layout = LineChartLayout(Self.chart(names, ends: names.map { _ in 0.7 }))
    let heights = layout.names.map(\.y)
    #expect(
      heights.count == 14 && zip(heights, heights.dropFirst()).allSatisfy { $1 - $0 >= LineChartLayout.lineHeight })
    #expect((heights.last ?? 0) <= layout.bottom + 5 && (heights.first ?? 0) >= layout.top)
    // In the order of the lines' ends, from the top.
    let two = LineChartLayout(Self.chart(["low", "high"], ends: [0.2, 0.9]))
    #expect(two.names.map(\.lines) == [["high"], ["low"]])
  }

  @Test func longNames() {
    #expect(LineChartLayout.label("moe-cl").lines == ["moe-cl"])
    let (lines, isShortened) = LineChartLayout.label("moe-cl, adversary isolated")
    #expect(lines == ["moe-cl, adversary", "isolated"] && !isShortened)
    let long = LineChartLayout.label(String(repeating: "x", count: 30))
    #expect(long.lines == [String(repeating: "x", count: 17) + "…"] && long.isShortened)
  }

  @Test func everyLineHasADashAndAMarker() {
    let styles = (0..<SeriesStyle.count).map(SeriesStyle.init)
    #expect(Set(styles.map { "\($0.dashes ?? "")" }).count == styles.count)
    #expect(Set(styles.map { "\($0.marker)\($0.isFilled)" }).count == styles.count)
    let two = (0..<2 * SeriesStyle.count).map(SeriesStyle.init)
    #expect(Set(two.map { "\($0.dashes ?? "")\($0.marker)\($0.isFilled)" }).count == two.count)
  }

  @Test func drawing() {
    var chart = Self.chart(["moe-cl", "<i>"], ends: [1, 0])
    chart.series[0].points[1].range = 0.75...1
    chart.guides = [.init(x: 1, name: "a")]
    let markup = chart.html(id: "c").markup
    #expect(markup.contains(#"<svg viewBox="0 0 400 270" role="img" aria-labelledby="c-name c-description">"#))
    #expect(markup.contains("accuracy against tasks. moe-cl: from 0.500 to 1.0; &lt;i&gt;: from 0.500 to 0.0."))
    #expect(markup.contains("stroke-dasharray=\"7 4\"") && markup.contains("class=\"guide\""))
    #expect(
      markup.contains("class=\"bar\"") && !markup.contains("<i>") && markup.contains("<title>moe-cl: 1.0</title>"))
    requireBalanced(markup)
  }

  @Test func shades() {
    #expect(HeatMap.shade(0.5, in: 0...1) == 0.5 && HeatMap.shade(2, in: 0...1) == 1)
    #expect(HeatMap.shade(0.7, in: 0.7...0.7) == 0.5)
    #expect(HeatMap.scale(of: [[[Estimate([0.25]), nil]], [[Estimate([0.75])]]]) == 0.25...0.75)
    #expect(HeatMap.scale(of: []) == 0...1)
  }
}

/// Checks that every element is closed where it was opened.
func requireBalanced(_ html: String, sourceLocation: SourceLocation = #_sourceLocation) {
  var open: [Substring] = []
  for part in html.split(separator: "<").dropFirst(html.hasPrefix("<") ? 0 : 1) {
    let tag = part.prefix { $0 != ">" }
    let name = tag.prefix { $0 != " " }
    if name.hasPrefix("!") || name == "meta" || name == "wbr" { continue }
    if name.hasPrefix("/") {
      #expect(open.last == name.dropFirst(), "<\(tag)> after \(open.suffix(3))", sourceLocation: sourceLocation)
      _ = open.popLast()
    } else {
      open.append(name)
    }
  }
  #expect(open.isEmpty, "left open: \(open)", sourceLocation: sourceLocation)
}
