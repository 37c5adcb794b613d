import Foundation

/// The beta distribution: the regularized incomplete beta function I_x(a, b), and its inverse.
enum Beta {
  /// I_x(a, b) and 1 − I_x(a, b); the smaller of the two is computed, so that it keeps its digits.
  ///
  /// - Parameters:
  ///   - x: From 0 to 1.
  ///   - y: 1 − x, given apart because the subtraction loses digits where x is near 1.
  ///   - a: Above 0.
  ///   - b: Above 0.
  static func tails(_ x: Double, _ y: Double, _ a: Double, _ b: Double) -> (lower: Double, upper: Double) {
    guard x > 0 else { return (0, 1) }
    guard y > 0 else { return (1, 0) }
    // The continued fraction is quick on one side of the mean; I_x(a, b) = 1 − I_{1−x}(b, a).
    if x > (a + 1) / (a + b + 2) {
      let upper = min(1, front(y, x, b, a) * fraction(y, b, a))
      return (1 - upper, upper)
    }
    let lower = min(1, front(x, y, a, b) * fraction(x, a, b))
    return (lower, 1 - lower)
  }

  /// The x with I_x(a, b) = `lowerTail`.
  static func quantile(lowerTail: Double, _ a: Double, _ b: Double) -> Double {
    Bisection.first(from: 0, to: 1) { tails($0, 1 - $0, a, b).lower < lowerTail }
  }

  /// The x with 1 − I_x(a, b) = `upperTail`.
  static func quantile(upperTail: Double, _ a: Double, _ b: Double) -> Double {
    Bisection.first(from: 0, to: 1) { tails($0, 1 - $0, a, b).upper > upperTail }
  }

  /// x^a y^b / (a B(a, b)): the binomial term of a among a + b, times b / (a + b).
  private static func front(_ x: Double, _ y: Double, _ a: Double, _ b: Double) -> Double {
    BinomialTerm.value(a, b, x, y) * (b / (a + b))
  }

  /// The continued fraction of I_x(a, b), by Lentz's method. It takes about √(a + b) steps.
  private static func fraction(_ x: Double, _ a: Double, _ b: Double) -> Double {
    let tiny = 1e-300
    var (c, d) = (1.0, 1 - (a + b) * x / (a + 1))
    d = 1 / (abs(d) < tiny ? tiny : d)
    var value = d
    for step in 1...1_000_000 {
      let m = Double(step)
      let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
      d = 1 + even * d
      c = 1 + even / c
      d = 1 / (abs(d) < tiny ? tiny : d)
      if abs(c) < tiny { c = tiny }
      value *= c * d
      let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
      d = 1 + odd * d
      c = 1 + odd / c
      d = 1 / (abs(d) < tiny ? tiny : d)
      if abs(c) < tiny { c = tiny }
      value *= c * d
      if abs(c * d - 1) < 1e-15 { break }
    }
    return value
  }
}
