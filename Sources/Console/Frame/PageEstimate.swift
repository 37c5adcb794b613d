/// A share with the interval that it lies in.
public struct PageEstimate: Sendable, Equatable {
  /// The share, 0 to 1.
  public var value: Double
  /// Where the interval begins.
  public var low: Double
  /// Where the interval ends.
  public var high: Double

  /// A share with its interval.
  ///
  /// - Parameters:
  ///   - value: The share, 0 to 1.
  ///   - low: Where the interval begins.
  ///   - high: Where the interval ends.
  public init(_ value: Double, low: Double, high: Double) { (self.value, self.low, self.high) = (value, low, high) }
}
