import Files
import Foundation
import Registry

/// Tables, counts, sizes and dates as the commands print them.
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
    var text: [UInt8] = []
    text.reserveCapacity(rows.count * (widths.reduce(0, +) + 2 * widths.count))
    for (line, row) in rows.enumerated() {
      if line > 0 { text.append(UInt8(ascii: "\n")) }
      let last = row.lastIndex { !$0.isEmpty } ?? 0
      for (column, cell) in row.enumerated() where column <= last {
        text.append(contentsOf: cell.utf8)
        guard column < last else { break }
        for _ in 0..<widths[column] - width(cell) + 2 { text.append(UInt8(ascii: " ")) }
      }
    }
    return String(decoding: text, as: UTF8.self)
  }

  private static func width(_ cell: String) -> Int {
    // Nothing but ASCII: as long as its bytes.
    cell.utf8.allSatisfy { $0 < 0x80 } ? cell.utf8.count : cell.count
  }

  /// `1 task`, `3 tasks`.
  static func count(_ number: Int, _ thing: String) -> String { "\(number) \(thing)\(number == 1 ? "" : "s")" }

  private static let units = [(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")]

  /// `640 B`, `1.2 MiB`.
  static func size(_ bytes: Int) -> String {
    for (unit, name) in units where bytes >= unit {
      let tenths = Int(saturating: (Double(bytes) / Double(unit) * 10).rounded())
      return "\(tenths / 10).\(tenths % 10) \(name)"
    }
    return "\(bytes) B"
  }

  /// `2026-11-28`, UTC.
  static func day(_ date: Date) -> String {
    let parts = parts(date)
    return "\(parts.tm_year + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))"
  }

  /// `2026-11-28 10:20:31`, UTC.
  static func time(_ date: Date) -> String {
    let parts = parts(date)
    return "\(day(date)) \(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec))"
  }

  private static func parts(_ date: Date) -> tm {
    var (seconds, parts) = (time_t(Int(saturating: date.timeIntervalSince1970)), tm())
    gmtime_r(&seconds, &parts)
    return parts
  }

  private static func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }

  /// `accuracy 0.912 [0.890, 0.930] n 150`.
  static func score(_ metric: MetricRecord?) -> String {
    guard let metric else { return "" }
    var text = "\(metric.name) \(thousandths(metric.value))"
    if let low = metric.low, let high = metric.high { text += " [\(thousandths(low)), \(thousandths(high))]" }
    if let n = metric.n { text += " n \(n)" }
    return text
  }

  /// Three decimals. A list has tens of thousands of such numbers, for which formatted printing takes longer than the rest.
  private static func thousandths(_ value: Double) -> String {
    guard value >= 0, value < 1e9 else { return fixed(value, 3) }
    let number = Int(saturating: (value * 1000).rounded())
    let rest = number % 1000
    return "\(number / 1000).\(rest < 100 ? "0" : "")\(rest < 10 ? "0" : "")\(rest)"
  }

  static func json(_ value: some Encodable) throws -> String {
    String(decoding: try JSONFile.encode(value, dates: .iso8601), as: UTF8.self)
  }
}
