/// How many of n rows have a property: an accuracy, a precision, a share.
///
/// Intervals hold for rows that were drawn independently and that nothing was chosen on.
public struct Proportion: Sendable, Equatable {
  /// The largest n that is taken: a count beyond it is a mistake, and the bounds are checked up to it.
  public static let most = 1_000_000_000

  /// How many rows have the property.
  public let successes: Int
  /// How many rows there are.
  public let n: Int

  /// Makes a proportion.
  ///
  /// - Parameters:
  ///   - successes: How many rows have the property.
  ///   - n: How many rows there are; 0 is allowed, and every interval is 0…1 then.
  /// - Throws: ``AssuranceError/value(what:row:expected:got:fix:)`` if a count is negative, above ``most``, or there are more
  ///   successes than rows.
  public init(successes: Int, n: Int) throws {
    guard (0...Self.most).contains(n) else {
      throw AssuranceError.value(
        what: "rows of a proportion", row: nil, expected: "0 … \(Self.most)", got: "\(n)", fix: "Count the rows again.")
    }
    guard (0...n).contains(successes) else {
      throw AssuranceError.value(
        what: "successes of a proportion", row: nil, expected: "0 … \(n), the number of rows", got: "\(successes)",
        fix: "Count the rows that have the property among the same rows.")
    }
    self.init(checkedSuccesses: successes, n: n)
  }

  /// Makes a proportion of counts that are known to fit.
  init(checkedSuccesses successes: Int, n: Int) {
    self.successes = successes
    self.n = n
  }

  /// The share, 0…1; 0 without rows.
  public var value: Double { n == 0 ? 0 : Double(successes) / Double(n) }

  /// Wilson's score interval (1927): the shares that a score test of this level does not reject.
  ///
  /// Its mean coverage is close to the level; for some shares it is a little below. Where the level must be kept, take
  /// ``clopperPearson(level:)``.
  ///
  /// - Parameter level: The confidence level, between 0 and 1. With any other number the interval is 0…1.
  public func wilson(level: Double = 0.95) -> Interval {
    guard n > 0, let tail = Level.twoTails(level) else { return Interval(low: 0, high: 1) }
    let (count, z) = (Double(n), Normal.upperPoint(tail: tail))
    let scale = 1 + z * z / count
    let center = (value + z * z / (2 * count)) / scale
    let spread = (value * (1 - value) / count + z * z / (4 * count * count)).squareRoot()
    // With no success or nothing else the bound is exactly 0 or 1, which the subtraction misses by its rounding.
    return Interval(
      low: successes == 0 ? 0 : max(0, center - z * spread / scale),
      high: successes == n ? 1 : min(1, center + z * spread / scale))
  }

  /// Clopper and Pearson's exact interval (1934): it covers the true share with at least the level, for every share and n.
  ///
  /// - Parameter level: The confidence level, between 0 and 1. With any other number the interval is 0…1.
  public func clopperPearson(level: Double = 0.95) -> Interval {
    guard let tail = Level.twoTails(level) else { return Interval(low: 0, high: 1) }
    return Interval(low: exactLow(tail: tail), high: exactHigh(tail: tail))
  }

  /// The one-sided exact lower bound: the true share is above it with at least this confidence.
  ///
  /// - Parameter level: The confidence level, between 0 and 1. With any other number the bound is 0.
  public func lowerBound(level: Double = 0.95) -> Double {
    Level.oneTail(level).map { exactLow(tail: $0) } ?? 0
  }

  /// The one-sided exact upper bound: the true share is below it with at least this confidence.
  ///
  /// Without successes it is about 3/n at the level 0.95 (the rule of three).
  ///
  /// - Parameter level: The confidence level, between 0 and 1. With any other number the bound is 1.
  public func upperBound(level: Double = 0.95) -> Double {
    Level.oneTail(level).map { exactHigh(tail: $0) } ?? 1
  }

  /// The share under which so many successes or more have the probability `tail`.
  private func exactLow(tail: Double) -> Double {
    successes == 0 ? 0 : Beta.quantile(lowerTail: tail, Double(successes), Double(n - successes + 1))
  }

  /// The share under which so few successes or fewer have the probability `tail`.
  func exactHigh(tail: Double) -> Double {
    successes == n ? 1 : Beta.quantile(upperTail: tail, Double(successes + 1), Double(n - successes))
  }
}

extension Proportion: Codable {
  private enum CodingKeys: CodingKey {
    case successes
    case n
  }

  /// Reads a proportion, and checks it as `init` does.
  ///
  /// - Throws: `DecodingError`, or ``AssuranceError``.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    try self.init(
      successes: container.decode(Int.self, forKey: .successes), n: container.decode(Int.self, forKey: .n))
  }
}
