/// How numbers are spread.
struct Spread: Codable, Sendable, Equatable {
  let count: Int
  let mean: Double
  /// Of the numbers themselves (divided by n), as vLLM's benchmark has it.
  let std: Double
  let least: Double
  let median: Double
  let p90: Double
  let p95: Double
  let p99: Double
  let greatest: Double

  /// The median.
  var p50: Double { median }

  /// `nil` where there is no number; what is not finite is left out.
  init?(_ values: [Double]) {
    let sorted = values.filter(\.isFinite).sorted()
    guard let first = sorted.first, let last = sorted.last else { return nil }
    count = sorted.count
    // In parts of n, as the sum itself may be too large for a number.
    let size = Double(sorted.count)
    let center = sorted.reduce(0) { $0 + $1 / size }
    mean = center
    std = sorted.reduce(0) { $0 + ($1 - center) * ($1 - center) / size }.squareRoot()
    least = first
    greatest = last
    median = Self.percentile(0.5, ofSorted: sorted)
    p90 = Self.percentile(0.9, ofSorted: sorted)
    p95 = Self.percentile(0.95, ofSorted: sorted)
    p99 = Self.percentile(0.99, ofSorted: sorted)
  }

  /// Between the two numbers next to the place `share · (n − 1)`, in proportion: NumPy's default.
  ///
  /// - Parameters:
  ///   - share: 0 to 1.
  ///   - sorted: At least one number.
  static func percentile(_ share: Double, ofSorted sorted: [Double]) -> Double {
    guard let last = sorted.indices.last else { return 0 }
    let place = min(max(share, 0), 1) * Double(last)
    let below = min(Int(exactly: place.rounded(.down)) ?? 0, last)
    let above = min(below + 1, last)
    return sorted[below] + (sorted[above] - sorted[below]) * (place - Double(below))
  }
}
