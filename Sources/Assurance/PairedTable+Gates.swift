extension PairedTable {
  /// Whether the new model is shown to be better: the one-sided lower score bound of the difference is above 0.
  ///
  /// - Parameter level: The confidence level, between 0 and 1. With any other number nothing is shown.
  public func isSuperior(level: Double = 0.95) -> Bool { lowerBound(level: level) > 0 }

  /// Whether the new model is shown to be worse by less than a margin: the one-sided lower score bound of the difference is
  /// above −margin.
  ///
  /// - Parameters:
  ///   - margin: How much worse is tolerated, as a share of rows, fixed before the rows were looked at; above 1 it is no
  ///     demand, and nothing is shown.
  ///   - level: The confidence level, between 0 and 1. With any other number nothing is shown.
  public func isNonInferior(margin: Double, level: Double = 0.95) -> Bool {
    margin <= 1 && lowerBound(level: level) > -margin
  }

  /// How many rows it takes to show non-inferiority of two models that are equally good: (z_α + z_β)² d / m².
  ///
  /// A normal approximation; with few discordant rows it is too small. At the levels 0.95 and 0.8 it is 6.18 d / m².
  ///
  /// - Parameters:
  ///   - discordant: D, the share of rows on which the models differ, 0…1.
  ///   - margin: M, how much worse is tolerated, as a share of rows, above 0 and at most 1.
  ///   - level: The confidence level of the one-sided test, between 0 and 1.
  ///   - power: The probability with which it is shown, between 0 and 1.
  /// - Returns: The number of rows, at least 1; `Int.max` where no number is enough or an argument is out of its range.
  public static func rowsNeeded(discordant: Double, margin: Double, level: Double = 0.95, power: Double = 0.8) -> Int {
    guard let alpha = Level.oneTail(level), let beta = Level.oneTail(power), (0...1).contains(discordant), margin > 0,
      margin <= 1
    else {
      return .max
    }
    // Below ½ the test rejects more often than not anyway; the square must not make rows of that.
    let z = max(0, Normal.upperPoint(tail: alpha) + Normal.upperPoint(tail: beta))
    let rows = (z * z * discordant / margin / margin).rounded(.up)
    return max(1, Int(exactly: rows) ?? .max)
  }
}
