/// Mean and spread of one number over several runs.
public struct SampleSummary: Sendable, Codable, Equatable {
  /// The formula of ``deviation``.
  public static let formula = "mean ± s, s = √(Σ (x − mean)² / (n − 1)), the sample standard deviation"

  public let mean: Double
  /// The sample standard deviation; `nil` with fewer than 2 values.
  public let deviation: Double?
  /// How many values.
  public let n: Int

  /// - Returns: `nil` without a value.
  public init?(_ values: [Double]) {
    guard !values.isEmpty else { return nil }
    n = values.count
    let mean = values.reduce(0, +) / Double(n)
    self.mean = mean
    guard n >= 2 else {
      deviation = nil
      return
    }
    deviation = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(n - 1)).squareRoot()
  }
}
