import Foundation

/// Γ(a+b+1) / (Γ(a+1) Γ(b+1)) x^a y^b, the probability of a among a + b, also where a and b are not whole.
///
/// Logarithms of such terms are large numbers that nearly cancel. Loader, "Fast and accurate computation of binomial
/// probabilities" (2000), writes them as small ones: what Stirling's formula misses, and how far a and b are from their means.
enum BinomialTerm {
  /// The term.
  ///
  /// - Parameters:
  ///   - a: Above 0.
  ///   - b: Above 0.
  ///   - x: Between 0 and 1.
  ///   - y: 1 − x.
  static func value(_ a: Double, _ b: Double, _ x: Double, _ y: Double) -> Double {
    let n = a + b
    // a − n x, without the rounding of x where that is near 1.
    let distance = a * y - b * x
    let exponent =
      stirlingError(n) - stirlingError(a) - stirlingError(b)
      - deviance(a, mean: n * x, difference: distance) - deviance(b, mean: n * y, difference: -distance)
    return exp(exponent) * (n / (2 * .pi * a * b)).squareRoot()
  }

  /// ln Γ(z+1) − (½ ln(2πz) + z ln z − z), for z above 0.
  static func stirlingError(_ z: Double) -> Double {
    var (z, sum) = (z, 0.0)
    // Below 16 the series is not exact enough; the next z's error differs from this one's by (z + ½) ln((z + 1) / z) − 1.
    while z < 16 {
      sum += (z + 0.5) * log1p(1 / z) - 1
      z += 1
    }
    let square = 1 / (z * z)
    return sum + (1 / 12 - (1 / 360 - (1 / 1260 - (1 / 1680 - square / 1188) * square) * square) * square) / z
  }

  /// v ln(v/m) − d with d = v − m: how far a value is from its mean, 0 where they are equal.
  private static func deviance(_ value: Double, mean: Double, difference: Double) -> Double {
    guard abs(difference) < 0.1 * (value + mean) else { return value * log(value / mean) - difference }
    let ratio = difference / (value + mean)
    var (sum, term, power) = (difference * ratio, 2 * value * ratio, 1.0)
    while true {
      term *= ratio * ratio
      power += 2
      let next = sum + term / power
      guard next != sum else { return sum }
      sum = next
    }
  }
}
