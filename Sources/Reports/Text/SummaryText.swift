import Files

/// Several runs as plain text for a terminal: what they found and cost, by method.
public enum SummaryText {
  public static func render(_ comparison: RunSummary) -> String {
    let document = ReportDocument(comparison)
    var parts = document.warnings.map(\.text)
    for section in [ReportDocument.metrics(comparison), ReportDocument.costs(comparison)].compactMap(\.self) {
      for case .table(let table) in section.blocks { parts.append(render(table)) }
    }
    for run in comparison.unfinished {
      parts.append("\(run.run.name): learned \(run.learned) of \(run.run.tasks.count) tasks, no result yet")
    }
    return parts.joined(separator: "\n\n")
  }

  /// A table with columns as wide as their widest cell.
  static func render(_ table: ReportTable) -> String {
    let head = [table.corner] + table.columns.map(\.title)
    let lines = [head] + table.rows.map { row in [row.header] + row.cells.map(text) }
    let widths = head.indices.map { column in lines.map { ($0[safe: column] ?? "").count }.max() ?? 0 }
    let body = lines.map { line in
      zip(line, widths).enumerated().map { column, entry in
        column == 0 ? MatrixTable.padded(entry.0, entry.1) : right(entry.0, entry.1)
      }.joined(separator: "  ").onOneLine
    }
    let notes = [table.caption.text.trimmed].filter { !$0.isEmpty } + table.notes.map(\.text)
    return ([table.title] + body + notes.map(\.onOneLine)).joined(separator: "\n")
  }

  private static func text(_ cell: ReportTable.Cell) -> String {
    cell.text + cell.mark.sign + (cell.detail.map { " \($0)" } ?? "")
  }

  private static func right(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }
}
