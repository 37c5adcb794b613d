/// Student's t distribution.
public enum StudentT {
  /// P(T > t) for t ≥ 0: half of I_x(ν/2, ½) with x = ν / (ν + t²).
  static func upperTail(_ t: Double, degrees: Double) -> Double {
    // By the quotient, so that no square overflows.
    let ratio = t / degrees.squareRoot()
    let x = 1 / (1 + ratio * ratio)
    let y = ratio > 1 ? 1 / (1 + 1 / (ratio * ratio)) : ratio * ratio * x
    return Beta.tails(x, y, degrees / 2, 0.5).lower / 2
  }

  /// What t exceeds with a probability.
  ///
  /// - Parameter tail: The probability, above 0 and at most ½.
  /// - Parameter degrees: Of freedom, at least 1.
  public static func upperPoint(tail: Double, degrees: Double) -> Double {
    var (low, high) = (0.0, 2.0)
    while high.isFinite, upperTail(high, degrees: degrees) > tail { (low, high) = (high, 2 * high) }
    return Bisection.last(from: low, to: high) { upperTail($0, degrees: degrees) > tail }
  }
}
