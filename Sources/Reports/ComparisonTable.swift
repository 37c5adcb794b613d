import Files
import Foundation
import Markup
public import Records

/// A comparison as plain text: methods with their metrics and costs, paired differences, and what is not finished.
public enum ComparisonTable {
  /// Every number with what it is: formula, cells, rows, orders and seeds.
  public static func render(_ results: ComparisonResults) -> String {
    var parts: [String] = [heading(results)]
    let done = results.methods.filter { !$0.cells.isEmpty }
    if !done.isEmpty {
      parts.append(table("method", done, \.metrics) { RunMetrics.text($0, of: $1) })
      parts.append(table("costs", done, \.costs) { value, _ in plain(value) })
    }
    if !results.differences.isEmpty { parts.append(differences(results)) }
    if !results.cells.isEmpty { parts.append(cells(results)) }
    if let warnings = warnings(results) { parts.append(warnings) }
    if !results.notFinished.isEmpty {
      let lines = results.notFinished.map { "\($0.cell)  \($0.state)" }
      parts.append((["not finished, and in none of the numbers above:"] + lines).joined(separator: "\n"))
    }
    parts.append(formulas(results, done))
    return parts.joined(separator: "\n\n")
  }

  private static func heading(_ results: ComparisonResults) -> String {
    let all = results.cells.count + results.notFinished.count
    let rows = Set(results.methods.flatMap(\.n)).sorted().map(String.init)
    let n = rows.isEmpty ? "" : "; n = \(rows.joined(separator: " or ")) scored rows in a cell"
    let gone = results.fromRecords.count
    let records = gone > 0 ? "; \(gone) of \(all) cells from their records" : ""
    return "\(results.methods.count) methods, \(results.cells.count) of \(all) cells complete\(records)\(n)"
  }

  /// Warnings that are shown: many cells of a method that learns nothing say the same.
  private static let mostWarnings = 12

  private static func warnings(_ results: ComparisonResults) -> String? {
    let all = SharedWarnings.texts(
      results.cells.flatMap { cell in (cell.metrics.warnings ?? []).map { (run: cell.cell.name, text: $0.onOneLine) } })
    guard !all.isEmpty else { return nil }
    let rest = all.count > mostWarnings ? ["\(all.count - mostWarnings) more, in results.json"] : []
    return (["warnings:"] + all.prefix(mostWarnings) + rest).joined(separator: "\n")
  }

  private static func table(
    _ title: String, _ methods: [ComparisonResults.Method],
    _ measures: (ComparisonResults.Method) -> [ComparisonResults.Measure], number: (Double, String) -> String
  ) -> String {
    var names: [String] = []
    for measure in methods.flatMap(measures) where !names.contains(measure.name) { names.append(measure.name) }
    let rows = methods.map { method in
      let found = Dictionary(measures(method).map { ($0.name, $0.summary) }) { first, _ in first }
      let count =
        method.cells.count == method.planned ? "\(method.planned)" : "\(method.cells.count) of \(method.planned)"
      return [method.method, count]
        + names.map { name in
          guard let summary = found[name] else { return "–" }
          return number(summary.mean, name) + " ± "
            + (summary.deviation.map { number(abs($0), name).trimmingSign } ?? "–")
        }
    }
    return TextTable.render([[title, "cells"] + names] + rows)
  }

  private static func differences(_ results: ComparisonResults) -> String {
    let header = [
      "paired with \(results.reference)", "pairs", "ACC difference", "95 % over seeds", "95 % over orders", "examples",
      "95 % over rows", "p over rows", "s of the pairs",
    ]
    let rows = results.differences.map { difference in
      [
        difference.candidate, "\(difference.pairs.count)",
        difference.mean.map(signed) ?? "no pair of complete cells", interval(difference.overSeeds),
        interval(difference.overOrders), "\(difference.examples)",
        difference.lower.flatMap { lower in difference.upper.map { interval(lower, $0) } } ?? "–",
        difference.p.map(probability) ?? "–",
        difference.spread?.deviation.map { signed($0).trimmingSign } ?? "–",
      ]
    }
    return TextTable.render([header] + rows)
  }

  private static func interval(_ found: StudentInterval?) -> String {
    found.map { $0.isOfEqual ? "none: all \($0.n) equal" : "\(interval($0.lower, $0.upper)) n \($0.n)" } ?? "–"
  }

  private static func interval(_ lower: Double, _ upper: Double) -> String { "[\(signed(lower)), \(signed(upper))]" }

  private static func cells(_ results: ComparisonResults) -> String {
    var names: [String] = []
    for metric in results.cells.flatMap(\.metrics.metrics) where !names.contains(metric.name) {
      names.append(metric.name)
    }
    let rows = results.cells.map { cell in
      [cell.cell.name, "\(cell.cell.order)", "\(cell.cell.seed)"]
        + names.map { name in
          guard let metric = cell.metrics.metrics.first(where: { $0.name == name }) else { return "–" }
          func text(_ value: Double) -> String { RunMetrics.text(value, of: name) }
          let interval = metric.interval95.map { " [\(text($0.lower)), \(text($0.upper))]" } ?? ""
          return text(metric.value) + interval
        }
    }
    return TextTable.render([["cell", "order", "seed"] + names] + rows)
  }

  /// What stands beside every table of results.
  static let processors = """
    A processor with another instruction set rounds otherwise, and a run drifts with it: one seed's ACC moved by up to 4 points \
    (docs/protocol.md, "Processors").
    """

  private static func formulas(_ results: ComparisonResults, _ methods: [ComparisonResults.Method]) -> String {
    var lines = ["methods: \(results.summaryFormula) over the complete cells"]
    var seen: Set<String> = []
    for measure in methods.flatMap({ $0.metrics + $0.costs }) where seen.insert(measure.name).inserted {
      lines.append(measure.formula.hasPrefix(measure.name) ? measure.formula : "\(measure.name): \(measure.formula)")
    }
    if !results.differences.isEmpty { lines.append("paired: \(results.differenceFormula)") }
    if !methods.isEmpty { lines.append("processors: \(processors)") }
    if let cell = results.cells.first {
      lines.append("cells: 95 % intervals in brackets: \(BootstrapInterval.formula)")
      lines.append("\(cell.cell.name) again: \(cell.command)")
      lines.append("the command of every other cell is in cells/NAME.json")
    }
    return lines.joined(separator: "\n")
  }

  private static func signed(_ value: Double) -> String { String(format: "%+.4f", value) }

  /// Bytes and seconds: as many digits as say something.
  private static func plain(_ value: Double) -> String {
    String(format: abs(value) < 100 && value != value.rounded() ? "%.2f" : "%.0f", value)
  }

  private static func probability(_ value: Double) -> String {
    value < 0.0001 ? String(format: "%.1e", value) : String(format: "%.4f", value)
  }
}

extension String {
  fileprivate var trimmingSign: String { hasPrefix("+") ? String(dropFirst()) : self }
}
