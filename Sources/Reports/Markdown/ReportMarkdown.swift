import Files
import Markup
import Records

/// A report as Markdown, with the same words and numbers as the page; a chart is its table.
struct ReportMarkdown {
  private let document: ReportDocument

  init(_ document: ReportDocument) { self.document = document }

  /// The whole file.
  var text: String {
    var parts = ["# \(Self.escape(document.title)): \(Self.escape(document.headline))", Self.escape(document.subtitle)]
    parts += document.warnings.map { "> \(Self.markdown($0))" }
    if !document.findings.isEmpty {
      parts.append(document.findings.map { "- \(Self.markdown($0))" }.joined(separator: "\n"))
    }
    for section in document.sections {
      parts.append("## \(Self.escape(section.title))")
      parts += section.blocks.flatMap { Self.markdown($0, below: section.title) }
    }
    parts.append("Written by accrete \(Self.escape(Manifest.accreteVersion)) from the runs' folders alone.")
    return parts.joined(separator: "\n\n") + "\n"
  }

  private static func markdown(_ block: ReportDocument.Block, below heading: String) -> [String] {
    switch block {
    case .paragraph(let phrase): [markdown(phrase)]
    case .warning(let phrase): ["> \(markdown(phrase))"]
    case .table(let table): markdown(table, below: heading)
    case .shades(_, _, let legend): [markdown(legend)]
    case .chart(let chart): markdown(captioned(chart))
    case .grid(let blocks, _): blocks.flatMap { markdown($0, below: heading) }
    case .details(_, let blocks): blocks.flatMap { markdown($0, below: heading) }
    }
  }

  private static func captioned(_ chart: LineChart) -> ReportTable {
    var table = chart.table
    table.caption = chart.caption
    return table
  }

  static func markdown(_ table: ReportTable, below heading: String = "") -> [String] {
    let head =
      [escape(table.corner)]
      + table.columns.map { escape([$0.title, $0.detail].compactMap(\.self).joined(separator: ", ")) }
    let lines = [head] + table.rows.map { [escape($0.header)] + $0.cells.map(markdown) }
    let rule = "|---" + String(repeating: table.isText ? "|---" : "|---:", count: table.columns.count) + "|"
    var rows = lines.map { "| " + $0.joined(separator: " | ") + " |" }
    rows.insert(rule, at: 1)
    var parts = table.title == heading ? [] : ["### \(escape(table.title))"]
    if !table.caption.text.allSatisfy(\.isWhitespace) { parts.append(markdown(table.caption)) }
    parts.append(rows.joined(separator: "\n"))
    if !table.notes.isEmpty { parts.append(table.notes.map { "- \(markdown($0))" }.joined(separator: "\n")) }
    return parts
  }

  private static func markdown(_ cell: ReportTable.Cell) -> String {
    let number = cell.mark == .best ? "**\(escape(cell.text))**" : escape(cell.text)
    let sign = cell.mark == .none ? "" : (cell.mark == .best ? " " : "") + escape(cell.mark.sign)
    return number + sign + (cell.detail.map { " \(escape($0))" } ?? "")
  }

  static func markdown(_ phrase: Phrase) -> String {
    let text = phrase.spans.map { span in
      switch span {
      case .plain(let text): escape(text)
      case .strong(let text): "**\(escape(text))**"
      // In code nothing can be escaped, so what could end it goes.
      case .code(let text): "`" + text.onOneLine.filter { $0 != "`" }.replacingPipes + "`"
      }
    }.joined()
    return text.trimmed
  }

  /// On one line, and escaped.
  static func escape(_ text: String) -> String { Markdown.escape(text) }
}

extension String {
  /// Without white space at its ends.
  var trimmed: String {
    var text = Substring(self)
    while text.first?.isWhitespace == true { text.removeFirst() }
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
  }

  /// A table ends a cell at a pipe, in code too.
  fileprivate var replacingPipes: String { String(map { $0 == "|" ? "¦" : $0 }) }
}
