import Foundation
import Markup
import Records

extension ReportDocument {
  /// Average accuracy and bytes against tasks.
  static func curves(_ comparison: RunSummary) -> Section? {
    let charts = [accuracy(comparison), bytes(comparison)].compactMap(\.self)
    guard !charts.isEmpty else { return nil }
    return Section(
      id: "curves", title: "Task after task", blocks: [.grid(charts.map(Block.chart), width: LineChart.width)])
  }

  private static func accuracy(_ comparison: RunSummary) -> LineChart? {
    // The curve ends in ACC, of which one run's interval is known.
    let curves = comparison.groups.map { group in
      group.curve.enumerated().map { stage, estimate -> Estimate? in
        guard stage == group.curve.count - 1, let end = group.values["ACC"], end.mean == estimate?.mean else {
          return estimate
        }
        return end
      }
    }
    return chart(
      comparison, curves, title: "Average \(score(comparison)) on the tasks learned so far", unit: .fraction,
      caption:
        "\(code: TaskMatrix.averageAccuracyCurveFormula). Bars: one standard deviation over runs, or the last point's 95 % interval. \(averages(comparison)) Seeds: \(seeds(comparison)).",
      yTitle: score(comparison))
  }

  private static func bytes(_ comparison: RunSummary) -> LineChart? {
    let all = comparison.groups.map(\.bytes)
    let multiple = Format.multiple(ofBytes: all.joined().compactMap { $0?.mean }.max() ?? 0)
    return chart(
      comparison, all, title: "What is kept", unit: .bytes,
      caption: "Bytes of all tensors of the method after each task. \(averages(comparison))", yTitle: multiple.name,
      divisor: multiple.divisor, fromZero: true)
  }

  /// A line for each group against the number of tasks.
  private static func chart(
    _ comparison: RunSummary, _ curves: [[Estimate?]], title: String, unit: Measure.Unit, caption: Phrase,
    yTitle: String, divisor: Double = 1, fromZero: Bool = false
  ) -> LineChart? {
    let series = zip(comparison.groups, curves).enumerated().map { number, entry in
      LineChart.Series(
        name: entry.0.name, style: number,
        points: entry.1.enumerated().compactMap { stage, estimate in
          estimate.map { point($0, x: Double(stage + 1), unit: unit, divisor: divisor) }
        })
    }
    guard series.contains(where: { !$0.points.isEmpty }) else { return nil }
    let stages = curves.map(\.count).max() ?? 0
    let table = ReportTable(
      title: title, caption: "", corner: "method", columns: (0..<stages).map { .init(title: "task \($0 + 1)") },
      rows: zip(comparison.groups, curves).enumerated().map { number, entry in
        .init(
          header: entry.0.name, cells: (0..<stages).map { .init(entry.1[safe: $0] ?? nil, unit) }, series: number)
      })
    return LineChart(
      title: title, caption: caption, xTitle: "tasks learned", yTitle: yTitle, series: series, fromZero: fromZero,
      table: table)
  }

  private static func point(_ estimate: Estimate, x: Double, unit: Measure.Unit, divisor: Double) -> LineChart.Point {
    let (text, spread) = Format.estimate(estimate, unit)
    return LineChart.Point(
      x: x, y: estimate.mean / divisor,
      range: estimate.range.map { $0.lowerBound / divisor...$0.upperBound / divisor },
      text: [text, spread].compactMap(\.self).joined(separator: " "))
  }

  /// The loss terms along the steps, a chart for each term.
  static func losses(_ comparison: RunSummary) -> Section? {
    let courses = comparison.groups.enumerated().map { number, group in
      (name: group.name, run: group.members.first?.name ?? "", series: number, course: group.losses)
    }
    let charts = lossCharts(courses)
    guard !charts.isEmpty else { return nil }
    return Section(
      id: "losses", title: "Loss terms",
      blocks: [
        .paragraph(
          "Each term before its weight, as \(code: "events.jsonl") has it. With several runs of a method, its first: \(Format.list(courses.map(\.run)))."
        ),
        .grid(charts.map(Block.chart), width: LineChart.width),
      ])
  }

  static func lossCharts(_ courses: [(name: String, run: String, series: Int, course: LossCourse)]) -> [LineChart] {
    LayerStatistics.firsts(courses.flatMap { $0.course.terms.map(\.name) }).map { term in
      let series = courses.compactMap { entry -> LineChart.Series? in
        guard let found = entry.course.terms.first(where: { $0.name == term }) else { return nil }
        return LineChart.Series(
          name: entry.name, style: entry.series,
          points: found.stretches.map {
            LineChart.Point(x: $0.step, y: $0.mean, text: Format.decimals($0.mean, 4))
          })
      }
      let starts = courses.first { $0.course.terms.contains { $0.name == term } }?.course.starts ?? []
      let isCommon = courses.allSatisfy { $0.course.starts == starts || $0.course.starts.isEmpty }
      return LineChart(
        title: "Loss term: \(term)", caption: caption(courses.map(\.course), starts: isCommon ? starts : []),
        xTitle: "optimizer steps, all tasks together", yTitle: "loss", series: series,
        guides: isCommon ? starts.map { LineChart.Guide(x: Double($0.step), name: $0.task) } : [], isCounted: false,
        table: endsTable("Loss term: \(term)", corner: "method", series))
    }
  }

  private static func caption(_ courses: [LossCourse], starts: [LossCourse.Start]) -> Phrase {
    let widths = Set(courses.map(\.width)).sorted()
    let means = widths == [1] ? "Every step." : "Means over \(Format.span(widths)) steps."
    guard !starts.isEmpty else { return Phrase(means) }
    let tasks = starts.enumerated().map { "\($0 + 1) \($1.task)" }.joined(separator: ", ")
    return "\(means) Upright lines: a task begins (\(tasks))."
  }

  /// The ends and the middle: all points are in the JSON file.
  static func endsTable(_ title: String, corner: String, _ series: [LineChart.Series]) -> ReportTable {
    ReportTable(
      title: title, caption: "First, middle and last stretch; the JSON file has all.", corner: corner,
      columns: ["first", "middle", "last"].map { .init(title: $0) },
      rows: series.map { line in
        let positions = [0, line.points.count / 2, line.points.count - 1]
        return .init(
          header: line.name,
          cells: positions.map { position in
            guard let point = line.points[safe: position] else { return .init("–") }
            var cell = ReportTable.Cell(point.text)
            cell.detail = "step\u{A0}\(Format.decimals(point.x, 0))"
            return cell
          }, series: line.style)
      })
  }
}
