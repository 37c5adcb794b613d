extension SideTarget {
  /// How many wrong rows are allowed at most in ``rowsNeeded(trueError:power:)``; with more, no plan is made.
  public static let mostWrong = 4_000

  /// How many rows above a threshold it takes to certify it when some of them are wrong: the least n with P(Bin(n, α) ≤ k) ≤ δ.
  ///
  /// - Parameter wrong: K, how many are wrong.
  /// - Returns: `nil` where no number up to ``Proportion/most`` is enough, or k is negative.
  public func rowsNeeded(wrong: Int) -> Int? {
    guard (0..<Proportion.most).contains(wrong) else { return nil }
    return rowsNeeded(wrong: wrong, from: wrong)
  }

  /// How many wrong rows are allowed among rows above a threshold: the largest k with P(Bin(n, α) ≤ k) ≤ δ.
  ///
  /// - Parameter rows: N, how many rows score above the threshold.
  /// - Returns: `nil` where there are too few rows to certify anything.
  public func wrongAllowed(rows: Int) -> Int? {
    guard (1...Proportion.most).contains(rows), passes(rows, 0) else { return nil }
    // The largest k that passes lies in low ..< high: with all rows wrong nothing passes.
    var (low, high) = (0, rows)
    while high - low > 1 {
      let middle = low + (high - low) / 2
      if passes(rows, middle) { low = middle } else { high = middle }
    }
    return low
  }

  /// The probability of certifying a threshold: P(Bin(n, r) ≤ k) with the k that n rows allow.
  ///
  /// - Parameters:
  ///   - rows: N, how many rows score above the threshold.
  ///   - trueError: R, the true share of wrong ones among such rows, 0…1.
  /// - Returns: 0…1; 0 with too few rows.
  public func power(rows: Int, trueError: Double) -> Double {
    guard let wrong = wrongAllowed(rows: rows), trueError < 1 else { return 0 }
    return Proportion(checkedSuccesses: wrong, n: rows).pValue(atLeast: trueError)
  }

  /// How many rows above a threshold it takes to certify it with some probability: the least n from which on the power is enough.
  ///
  /// The power is a saw: it leaps where one more wrong row becomes allowed, and falls until the next leap. Here no later fall is below what is
  /// asked for, as far as `steadyTeeth` further wrong rows show.
  ///
  /// - Parameters:
  ///   - trueError: R, the true share of wrong ones among such rows, 0…1.
  ///   - power: The probability, between 0 and 1.
  /// - Returns: `nil` where r is not below α, or so near it that more than ``mostWrong`` wrong rows would have to be allowed.
  public func rowsNeeded(trueError: Double, power: Double = 0.9) -> Int? {
    guard trueError >= 0, trueError < errorLimit, power > 0, power < 1, var rows = rowsNeeded(wrong: 0) else {
      return nil
    }
    var (candidate, steady): (Int?, Int) = (nil, 0)
    for wrong in 0...Self.mostWrong {
      guard let next = rowsNeeded(wrong: wrong + 1, from: rows) else { return nil }
      // With one row fewer than the next wrong one needs, the power is at its lowest.
      if Proportion(checkedSuccesses: wrong, n: next - 1).pValue(atLeast: trueError) >= power {
        (candidate, steady) = (candidate ?? rows, steady + 1)
        if steady == Self.steadyTeeth { return candidate }
      } else {
        (candidate, steady) = (nil, 0)
      }
      rows = next
    }
    return nil
  }

  /// For how many wrong rows more the power has to stay high enough.
  static let steadyTeeth = 32

  /// The least n above `tooFew` that passes with so many wrong ones; `tooFew` rows do not pass.
  private func rowsNeeded(wrong: Int, from tooFew: Int) -> Int? {
    // First a number that is enough, by doubling the distance, then the least.
    var (low, high, step) = (tooFew, tooFew + 1, 1)
    while !passes(high, wrong) {
      guard high < Proportion.most else { return nil }
      (low, step) = (high, 2 * step)
      high = min(high + step, Proportion.most)
    }
    while high - low > 1 {
      let middle = low + (high - low) / 2
      if passes(middle, wrong) { high = middle } else { low = middle }
    }
    return high
  }

  private func passes(_ rows: Int, _ wrong: Int) -> Bool {
    Proportion(checkedSuccesses: min(wrong, rows), n: rows).pValue(atLeast: errorLimit) <= error
  }
}
