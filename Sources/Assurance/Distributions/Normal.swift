import Foundation

/// The standard normal distribution.
enum Normal {
  /// P(Z > z)
  static func upperTail(_ z: Double) -> Double { erfc(z / 2.0.squareRoot()) / 2 }

  /// What a standard normal number exceeds with the probability `tail`, between 0 and 1.
  static func upperPoint(tail: Double) -> Double {
    guard tail <= 0.5 else { return -upperPoint(tail: 1 - tail) }
    // Beyond 39 no tail is a number above 0.
    return tail == 0.5 ? 0 : Bisection.last(from: 0, to: 39) { upperTail($0) > tail }
  }
}
