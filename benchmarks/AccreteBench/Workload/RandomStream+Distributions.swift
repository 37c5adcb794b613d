import Foundation
import Randomness

/// The distributions that set-ups draw from. Each is a pure function of the stream's draws, so that a seed says all requests.
extension RandomStream {
  /// A number above 0 and below 1: the middle of one of 2⁵³ equal parts.
  mutating func unit() -> Double { (Double(next() >> 11) + 0.5) * 0x1p-53 }

  /// A whole number of a range, its ends included, each as likely as the other.
  mutating func whole(in range: ClosedRange<Int>) -> Int {
    let (span, overflow) = range.upperBound.subtractingReportingOverflow(range.lowerBound)
    guard !overflow, span < Int.max else { return range.lowerBound }
    return range.lowerBound + below(span + 1)
  }

  /// Of the standard normal distribution (Box and Muller; two draws).
  mutating func normal() -> Double {
    let radius = (-2 * log(unit())).squareRoot()
    return radius * cos(2 * .pi * unit())
  }

  /// Of the Gamma distribution (Marsaglia and Tsang 2000; below shape 1 by their power of a uniform number).
  ///
  /// - Parameters:
  ///   - shape: Above 0.
  ///   - scale: Above 0; the mean is the product of both.
  mutating func gamma(shape: Double, scale: Double) -> Double {
    guard shape > 0, scale > 0, shape.isFinite, scale.isFinite else { return 0 }
    if shape < 1 { return gamma(shape: shape + 1, scale: scale) * pow(unit(), 1 / shape) }
    let d = shape - 1 / 3
    let c = 1 / (9 * d).squareRoot()
    while true {
      let x = normal()
      let v = pow(1 + c * x, 3)
      guard v > 0 else { continue }
      if log(unit()) < 0.5 * x * x + d - d * v + d * log(v) { return d * v * scale }
    }
  }
}
