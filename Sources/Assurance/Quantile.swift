/// Quantiles of a sample.
enum Quantile {
  /// The quantile between the two nearest numbers, linearly, as numpy's default has it.
  ///
  /// - Parameters:
  ///   - share: From 0 to 1.
  ///   - sorted: At least one number, ascending.
  static func of(_ share: Double, sorted: [Double]) -> Double {
    let position = share * Double(sorted.count - 1)
    let lower = min(max(Int(exactly: position.rounded(.down)) ?? 0, 0), sorted.count - 1)
    let upper = min(lower + 1, sorted.count - 1)
    return sorted[lower] + (position - Double(lower)) * (sorted[upper] - sorted[lower])
  }

  /// The middle part of what a bootstrap drew from rows.
  ///
  /// Rows that are all right, or all wrong, have no spread to draw from. So at either end the interval is never narrower than Wilson's for
  /// as many of them, `n / (n + z²)` and `z² / (n + z²)`.
  ///
  /// - Parameters:
  ///   - tail: The probability of each end.
  ///   - sorted: What was drawn, ascending; shares from 0 to 1.
  ///   - rows: How many rows there are.
  static func middle(tail: Double, sorted: [Double], rows: Int) -> Interval {
    let z = Normal.upperPoint(tail: tail)
    let least = z * z / (Double(rows) + z * z)
    return Interval(
      low: min(of(tail, sorted: sorted), 1 - least), high: max(of(1 - tail, sorted: sorted), least))
  }
}
