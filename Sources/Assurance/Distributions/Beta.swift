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
      let upper = smallTail(y, x, b, a)
      return (1 - upper, upper)
    }
    let lower = smallTail(x, y, a, b)
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

  /// I_x(a, b) for x up to about the mean: x^a y^b / B(a, b), divided by a continued fraction.
  private static func smallTail(_ x: Double, _ y: Double, _ a: Double, _ b: Double) -> Double {
    min(1, BinomialTerm.value(a, b, x, y) * a * b / (a + b) / fraction(x, y, a, b))
  }

  /// The even part of the continued fraction DLMF 8.17.22, by Lentz's method. It takes about √(a + b) steps.
  ///
  /// The fraction itself subtracts numbers near 1 from 1 where a is large; its even part has a y − b x instead, how far x is from
  /// the mean.
  private static func fraction(_ x: Double, _ y: Double, _ a: Double, _ b: Double) -> Double {
    let tiny = 1e-300
    let distance = a * y - b * x + 1
    var value = a * distance / (a + 1)
    if abs(value) < tiny { value = tiny }
    var (c, d) = (value, 0.0)
    for step in 1...1_000_000 {
      let m = Double(step)
      let odd = a + 2 * m - 1
      let numerator = (a + m - 1) / odd * ((a + b + m - 1) / odd) * (m * (b - m) * x * x)
      let denominator = m + m * (b - m) * x / odd + (a + m) * (distance + m * (1 + y)) / (odd + 2)
      d = denominator + numerator * d
      c = denominator + numerator / c
      d = 1 / (abs(d) < tiny ? tiny : d)
      if abs(c) < tiny { c = tiny }
      value *= c * d
      if abs(c * d - 1) < 1e-15 { break }
    }
    return value
  }
}
