import Foundation

/// At which level a gate is asked whose rows were looked at before.
///
/// The i-th look has α · 6 / (π² i²) of the probability of error, which is α over all looks, however many there will be (Σ 1/i² = π²/6).
enum LookLevel {
  /// The confidence of a one-sided bound at a look.
  ///
  /// - Parameter look: 1 and up; anything else is taken as the first.
  /// - Parameter error: The probability of error of all looks together.
  static func confidence(look: Int, error: Double = 0.05) -> Double {
    let place = Double(max(look, 1))
    return 1 - error * 6 / (Double.pi * Double.pi * place * place)
  }
}
