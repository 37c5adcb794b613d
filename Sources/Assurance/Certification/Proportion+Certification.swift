extension Proportion {
  /// The p-value of the hypothesis that the true share is at least `share`: the probability of so few successes or fewer, P(Bin(n, share) ≤ k).
  ///
  /// It is exact: under a true share of `share` or more it is at most `x` with a probability of at most `x`, for every x and n. It is at
  /// most δ exactly where ``upperBound(error:)`` of δ is at most `share`.
  ///
  /// - Parameter share: The share to be refuted, between 0 and 1. With any other number nothing is refuted, and it is 1.
  public func pValue(atLeast share: Double) -> Double {
    guard share > 0, share < 1, successes < n else { return 1 }
    return Beta.tails(share, 1 - share, Double(successes + 1), Double(n - successes)).upper
  }

  /// The one-sided exact upper bound by the probability with which it may be wrong (Clopper and Pearson 1934).
  ///
  /// It is ``upperBound(level:)`` of 1 − error, without the digits that the subtraction from 1 costs a small error.
  ///
  /// - Parameter error: The probability that the true share is above the bound, between 0 and 1. With any other number the bound is 1.
  public func upperBound(error: Double) -> Double {
    error > 0 && error < 1 ? exactHigh(tail: error) : 1
  }
}
