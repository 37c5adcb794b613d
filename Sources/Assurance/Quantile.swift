/// Quantiles of a sample.
enum Quantile {
  /// The quantile between the two nearest numbers, linearly, as numpy's default has it.
  ///
  /// - Parameters:
  ///   - share: From 0 to 1.
  ///   - sorted: At least one number, ascending.
  static func of(_ share: Double, sorted: [Double]) -> Double {
    let place = share * Double(sorted.count - 1)
    let lower = min(max(Int(exactly: place.rounded(.down)) ?? 0, 0), sorted.count - 1)
    let upper = min(lower + 1, sorted.count - 1)
    return sorted[lower] + (place - Double(lower)) * (sorted[upper] - sorted[lower])
  }
}
