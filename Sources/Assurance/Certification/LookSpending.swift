/// How the probability of error is spent where the same rows are looked at more than once.
///
/// The i-th look has 6 / (π² i²) of it. As Σ 1/i² = π²/6 (Euler), it is spent once over all looks, however many there will be, and nobody
/// has to say beforehand how many. The first look has 61 % of it.
public enum LookSpending {
  /// The probability of error that a look may have.
  ///
  /// - Parameters:
  ///   - error: The probability of error of all looks together, between 0 and 1.
  ///   - look: 1 for the first look, 2 for the second.
  /// - Throws: ``AssuranceError/value(what:row:expected:got:fix:)`` for a look before the first, or an error that is not between 0 and 1.
  public static func share(of error: Double, look: Int) throws -> Double {
    guard look >= 1 else {
      throw AssuranceError.value(
        what: "number of a look", row: nil, expected: "at least 1", got: "\(look)", fix: "Count the first look as 1.")
    }
    guard error > 0, error < 1 else {
      throw AssuranceError.value(
        what: "probability of error of all looks", row: nil, expected: "a number between 0 and 1", got: "\(error)",
        fix: "A confidence of 0.95 leaves 0.05.")
    }
    let place = Double(look)
    return error * 6 / (.pi * .pi * place * place)
  }
}
