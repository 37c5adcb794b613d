import Foundation
public import Records

/// A number of several runs, or of one, with what is known of how far it may be off.
public struct Estimate: Sendable, Equatable, Encodable {
  public static let formula = "mean ± s over n runs, s = √(Σ (x − mean)² / (n − 1))"

  public let mean: Double
  /// The sample standard deviation over runs; `nil` with fewer than two.
  public let deviation: Double?
  /// Of the one run: it covers the choice of test rows, not that of seeds. `nil` with several runs.
  public let interval: BootstrapInterval?
  /// How many runs.
  public let runs: Int

  /// - Parameters:
  ///   - values: One of each run.
  ///   - interval: What the one run says of its own uncertainty.
  /// - Returns: `nil` without values, or if they are too large to have a mean.
  public init?(_ values: [Double], interval: BootstrapInterval? = nil) {
    let mean = values.reduce(0, +) / Double(values.count)
    guard mean.isFinite else { return nil }
    self.mean = mean
    runs = values.count
    self.interval = values.count == 1 ? interval : nil
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)
    deviation = values.count > 1 && variance.isFinite ? variance.squareRoot() : nil
  }

  /// The same of numbers that a run may lack.
  /// - Returns: `nil` also if one is missing: a mean over other runs than that beside it would be compared with it.
  public init?(whole values: [Double?], interval: BootstrapInterval? = nil) {
    let known = values.compactMap(\.self)
    guard known.count == values.count else { return nil }
    self.init(known, interval: interval)
  }

  /// Where the number may be: one standard deviation to both sides, or the interval; `nil` if nothing is known.
  public var range: ClosedRange<Double>? {
    if let deviation { return mean - deviation...mean + deviation }
    guard let interval, interval.lower <= interval.upper else { return nil }
    return interval.lower...interval.upper
  }
}
