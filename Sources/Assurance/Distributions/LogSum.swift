import Foundation

/// Sums of numbers that are given by their logarithms, which neither overflow nor vanish.
enum LogSum {
  /// ln(eᵃ + eᵇ)
  static func of(_ a: Double, _ b: Double) -> Double {
    let (high, low) = (max(a, b), min(a, b))
    return low == -.infinity ? high : high + log1p(exp(low - high))
  }

  /// The mean of the exponentials, by its logarithm.
  ///
  /// - Parameter logs: At least one number.
  static func ofMean(_ logs: [Double]) -> Double {
    let highest = logs.max() ?? 0
    return highest + log(logs.reduce(0) { $0 + exp($1 - highest) } / Double(logs.count))
  }

  /// The number with a logarithm, or the largest power of ten that JSON and people can read where it is larger.
  static func number(_ log: Double) -> Double { min(exp(log), 1e300) }
}
