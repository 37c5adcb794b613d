/// The mean of few numbers, and what it may have been: Student's t (1908).
///
/// The numbers must be independent of each other, for example one for each seed.
public struct MeanInterval: Sendable, Equatable {
  /// How many numbers.
  public let n: Int
  /// The mean; NaN without numbers, or where one is not finite.
  public let mean: Double
  /// The sample standard deviation, with n − 1; `nil` with fewer than two numbers.
  public let deviation: Double?

  /// Takes numbers.
  ///
  /// - Parameter values: Any numbers; with fewer than two there is no interval.
  public init(_ values: [Double]) {
    n = values.count
    guard n > 0, values.allSatisfy(\.isFinite) else {
      (mean, deviation) = (.nan, nil)
      return
    }
    let rough = values.reduce(0, +) / Double(n)
    // The second pass removes the rounding of the first.
    let mean = rough + values.reduce(0) { $0 + ($1 - rough) } / Double(n)
    self.mean = mean
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    deviation = n < 2 ? nil : (squares / Double(n - 1)).squareRoot()
  }

  /// The interval mean ± t s / √n, with Student's t at n − 1 degrees of freedom.
  ///
  /// - Parameter level: The confidence level, between 0 and 1.
  /// - Returns: `nil` with fewer than two numbers, one that is not finite, or a level that is not between 0 and 1.
  public func student(level: Double = 0.95) -> Interval? {
    guard let deviation, deviation.isFinite, mean.isFinite, let tail = Level.twoTails(level) else { return nil }
    let half = StudentT.upperPoint(tail: tail, degrees: Double(n - 1)) * deviation / Double(n).squareRoot()
    return Interval(low: mean - half, high: mean + half)
  }
}
