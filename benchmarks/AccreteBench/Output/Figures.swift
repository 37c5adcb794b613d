import Foundation

/// How numbers are shown.
enum Figures {
  /// A number with so many places; a dash for one that there is not.
  static func text(_ number: Double?, places: Int = 2) -> String {
    guard let number, number.isFinite else { return "-" }
    return String(format: "%.\(places)f", number)
  }

  /// Seconds as milliseconds.
  static func milliseconds(_ seconds: Double?) -> String { text(seconds.map { $0 * 1000 }) }

  /// Bytes as mebibytes.
  static func mebibytes(_ bytes: Int?) -> String { text(bytes.map { Double($0) / 1_048_576 }, places: 1) }
}
