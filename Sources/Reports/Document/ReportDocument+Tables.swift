import Foundation
import Markup
import Records

extension ReportDocument {
  /// Every metric of every method.
  static func metrics(_ comparison: RunSummary) -> Section? {
    guard !comparison.groups.isEmpty, !comparison.metrics.isEmpty else { return nil }
    var table = measures(comparison, comparison.metrics, title: "Metrics")
    table.caption = "Fractions, measured after the last task. \(spread(comparison)) \(best(comparison))"
    table.notes = comparison.metrics.map { metric in
      let counts = Set(comparison.groups.flatMap { $0.rows[metric.name] ?? [] }).sorted()
      return
        "\(strong: metric.name): \(code: String(metric.formula.trimmingPrefix("\(metric.name) = "))); n \(Format.span(counts)) rows in each run\(metric.better.map { ", \($0.rawValue) is better" } ?? "")"
    }
    table.notes += ["Seeds: \(seeds(comparison)).", "\(ComparisonTable.processors)"]
    var blocks = [Block.table(table)]
    if let difference = differences(comparison) { blocks.append(.table(difference)) }
    return Section(id: "metrics", title: "Metrics", blocks: blocks)
  }

  /// What learning cost.
  static func costs(_ comparison: RunSummary) -> Section? {
    guard !comparison.groups.isEmpty, !comparison.costs.isEmpty else { return nil }
    var table = measures(comparison, comparison.costs, title: "Costs")
    table.caption =
      "As each run's machine measured them. \(comparison.groups.contains { $0.members.count > 1 } ? "\(averages(comparison)) ±: \(Estimate.formula)." : "") \(best(comparison))"
    table.notes = comparison.costs.map { "\(strong: $0.name): \($0.formula)" }
    table.notes.append("Seeds: \(seeds(comparison)).")
    return Section(id: "costs", title: "Costs", blocks: [.table(table)])
  }

  /// How each task is answered after the last one.
  static func endings(_ comparison: RunSummary) -> Section? {
    let tasks = LayerStatistics.firsts(comparison.groups.flatMap { $0.members.first?.tasks ?? [] })
    guard !tasks.isEmpty else { return nil }
    let cells = comparison.groups.map { group in tasks.map { group.endings[$0] } }
    let rows = comparison.groups.first?.matrices.first
    var table = ReportTable(
      title: "Each task after the last one was learned",
      caption:
        "\(score(comparison).capitalized) R[T][j] on every task j. \(averages(comparison)) \(best(comparison))",
      corner: "method",
      columns: tasks.map { task in
        let count = rows.flatMap { rows in rows.tasks.firstIndex(of: task).flatMap { rows.rows[safe: $0] } }
        return .init(title: task, detail: count.map { "n\u{A0}\($0)" })
      },
      rows: comparison.groups.enumerated().map { number, group in
        .init(header: group.name, cells: cells[number].map { .init($0, .fraction) }, series: number)
      })
    table.notes = ["Seeds: \(seeds(comparison))."] + comparison.measures.map { Phrase($0) }
    if comparison.isComparable { table.markBest(cells, tasks.map { _ in .larger }) }
    return Section(id: "tasks", title: "Task by task", blocks: [.table(table)])
  }

  private static func measures(_ comparison: RunSummary, _ measures: [Measure], title: String) -> ReportTable {
    let values = comparison.groups.map { group in measures.map { group.values[$0.name] } }
    var table = ReportTable(
      title: title, caption: "", corner: "method", columns: measures.map { .init(title: $0.name) },
      rows: comparison.groups.enumerated().map { number, group in
        .init(
          header: group.name, cells: zip(values[number], measures).map { .init($0, $1.unit) }, series: number)
      })
    if comparison.isComparable { table.markBest(values, measures.map(\.better)) }
    return table
  }

  private static func differences(_ comparison: RunSummary) -> ReportTable? {
    guard !comparison.differences.isEmpty else { return nil }
    let rows = comparison.differences.map { difference -> ReportTable.Row in
      let spread =
        difference.deviation.map { "± " + Format.number($0, .fraction) }
        ?? difference.lower.flatMap { lower in
          difference.upper.map { "[\(Format.number(lower, .change)), \(Format.number($0, .change))]" }
        } ?? "–"
      let basis =
        difference.rows.map { "\($0) rows, order \(difference.order ?? 0), seed \(difference.seed ?? 0)" }
        ?? Format.count(difference.pairs, "pair")
      return .init(
        header: "\(difference.first) − \(difference.second)",
        cells: [
          .init(Format.number(difference.mean, .change)), .init(spread), .init(interval(difference.overSeeds)),
          .init(interval(difference.overOrders)), .init("n\u{A0}\(basis)"),
        ])
    }
    let formulas = LayerStatistics.firsts(comparison.differences.map(\.formula))
    return ReportTable(
      title: "How far the best is ahead",
      caption:
        "\(comparison.isPlainAccuracy ? "Right answers" : "Scores") after the last task, compared where order and seed are the same.",
      corner: "difference",
      columns: ["difference", "spread", "95 % over seeds", "95 % over orders", "basis"].map { .init(title: $0) },
      rows: rows, notes: formulas.map { "\(code: $0)" })
  }

  private static func interval(_ found: StudentInterval?) -> String {
    found.map {
      $0.isOfEqual
        ? "none: all \($0.n) equal"
        : "[\(Format.number($0.lower, .change)), \(Format.number($0.upper, .change))] n\u{A0}\($0.n)"
    } ?? "–"
  }

  /// What stands beside a number.
  static func spread(_ comparison: RunSummary) -> String {
    let several = comparison.groups.filter { $0.members.count > 1 }
    let one = comparison.groups.filter { $0.members.count == 1 }
    var parts: [String] = []
    if !several.isEmpty { parts.append("\(averages(comparison)) ±: \(Estimate.formula).") }
    if !one.isEmpty { parts.append("[…]: 95 % bootstrap interval of one run, \(BootstrapInterval.formula).") }
    return parts.joined(separator: " ")
  }

  /// How many runs the means are over.
  static func averages(_ comparison: RunSummary) -> String {
    let several = comparison.groups.filter { $0.members.count > 1 }
    guard !several.isEmpty else { return "" }
    return "Means over n runs: " + comparison.groups.map { "\($0.name) \($0.members.count)" }.joined(separator: ", ")
      + "."
  }

  private static func best(_ comparison: RunSummary) -> String {
    comparison.groups.count > 1 && comparison.isComparable ? "★: best of its column." : ""
  }

  static func seeds(_ comparison: RunSummary) -> String {
    let all = comparison.groups.map(\.experiments)
    guard Set(all).count > 1 else { return all.first ?? "" }
    return comparison.groups.map { "\($0.name): \($0.experiments)" }.joined(separator: "; ")
  }
}
