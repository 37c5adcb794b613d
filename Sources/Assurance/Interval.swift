/// A closed interval of numbers.
///
/// It is a value of two numbers and not a `ClosedRange`, which ends the process where its bounds are crossed.
public struct Interval: Sendable, Codable, Equatable {
  /// The lower bound, included.
  public let low: Double
  /// The upper bound, included.
  public let high: Double

  /// Makes an interval.
  ///
  /// - Parameters:
  ///   - low: The lower bound.
  ///   - high: The upper bound.
  public init(low: Double, high: Double) {
    self.low = low
    self.high = high
  }

  /// Whether a number lies in the interval, bounds included.
  ///
  /// - Parameter value: Any number.
  public func contains(_ value: Double) -> Bool { low <= value && value <= high }

  /// The part of the interval that lies in `range`.
  func clamped(to range: ClosedRange<Double>) -> Interval {
    Interval(
      low: min(max(low, range.lowerBound), range.upperBound), high: max(min(high, range.upperBound), range.lowerBound))
  }
}
