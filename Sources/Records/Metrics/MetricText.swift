import Foundation

extension RunMetrics {
  /// Whether a metric tells a change, such as `BWT` and `BWT, task inferred`: its sign is written. Shares have none.
  package static func isChange(_ name: String) -> Bool {
    ["bwt", "fwt"].contains(name.lowercased().prefix { $0.isLetter })
  }

  /// A metric's value as lines of text have it: `0.8620`, `+0.0125`.
  ///
  /// - Parameters:
  ///   - value: Of the metric.
  ///   - name: Of the metric.
  ///   - decimals: How many.
  package static func text(_ value: Double, of name: String, decimals: Int = 4) -> String {
    String(format: isChange(name) ? "%+.\(decimals)f" : "%.\(decimals)f", value)
  }
}
