import Markup

/// A share with the interval that it lies in.
public struct PageEstimate: Sendable, Equatable {
  /// The share, 0 to 1.
  public var value: Double
  /// Where the interval begins; `nil`: it has none.
  public var low: Double?
  /// Where the interval ends; `nil`: it has none.
  public var high: Double?

  /// A share with its interval.
  ///
  /// - Parameters:
  ///   - value: The share, 0 to 1.
  ///   - low: Where the interval begins; `nil`: it has none.
  ///   - high: Where the interval ends; `nil`: it has none.
  public init(_ value: Double, low: Double? = nil, high: Double? = nil) {
    (self.value, self.low, self.high) = (value, low, high)
  }

  /// `39.7 to 42.7 %`
  var interval: String {
    guard let low, let high else { return "without an interval" }
    return "\(Format.decimals(100 * low, 1)) to \(Format.percent(high))"
  }
}
