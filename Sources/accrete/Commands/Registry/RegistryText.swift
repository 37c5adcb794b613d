import Files
import Foundation
import Registry

/// How the registry's commands write what they print.
enum RegistryText {
  /// Columns below their headings, two spaces apart; the last one is not padded.
  static func table(_ rows: [[String]]) -> String {
    var widths: [Int] = []
    for row in rows {
      for (column, cell) in row.enumerated() {
        if column == widths.count { widths.append(0) }
        widths[column] = max(widths[column], width(cell))
      }
    }
    var text = ""
    for (line, row) in rows.enumerated() {
      if line > 0 { text += "\n" }
      let last = row.lastIndex { !$0.isEmpty } ?? 0
      for (column, cell) in row.enumerated() where column <= last {
        text += cell
        if column < last { text += String(repeating: " ", count: widths[column] - width(cell) + 2) }
      }
    }
    return text
  }

  private static func width(_ cell: String) -> Int {
    cell.utf8.allSatisfy { $0 < 0x80 } ? cell.utf8.count : cell.count
  }

  /// `640 B`, `1.2 MiB`.
  static func size(_ bytes: Int) -> String {
    let units = [(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")]
    for (unit, name) in units where bytes >= unit { return "\(fixed(Double(bytes) / Double(unit), 1)) \(name)" }
    return "\(bytes) B"
  }

  /// `2026-11-28`, UTC.
  static func day(_ date: Date) -> String { String(time(date).prefix(10)) }

  /// `2026-11-28 10:20:31`, UTC.
  static func time(_ date: Date) -> String {
    var (seconds, parts) = (time_t(Int(saturating: date.timeIntervalSince1970)), tm())
    gmtime_r(&seconds, &parts)
    func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return "\(parts.tm_year + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))"
      + " \(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec))"
  }

  /// `accuracy 0.912 [0.890, 0.930] n 150`.
  static func score(_ metric: MetricRecord?) -> String {
    guard let metric else { return "" }
    var text = "\(metric.name) \(fixed(metric.value, 3))"
    if let low = metric.low, let high = metric.high { text += " [\(fixed(low, 3)), \(fixed(high, 3))]" }
    if let n = metric.n { text += " n \(n)" }
    return text
  }

  static func json(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.dateEncodingStrategy = .iso8601
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }
}
