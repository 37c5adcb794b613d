import Foundation

extension PairedDifference {
  /// What ``signTest`` computes.
  public static let signTestFormula =
    "p = min(1, 2 Σ_{k=0…min(b,c)} C(b+c, k) / 2^(b+c)), b and c the examples that only one has right (exact McNemar)"

  /// The two-sided p of the exact sign test on the examples on which the two differ (McNemar 1947 in its exact form). It says how likely a
  /// split at least as uneven is if either is right equally often. 1 if they differ on none.
  public var signTest: Double {
    let n = onlyCandidate + onlyBaseline
    guard n > 0 else { return 1 }
    // As logarithms: 2ⁿ is beyond a double from 1024 examples on.
    let whole = lgamma(Double(n) + 1) - Double(n) * log(2)
    let tail = (0...min(onlyCandidate, onlyBaseline)).reduce(0) { sum, k in
      sum + exp(whole - lgamma(Double(k) + 1) - lgamma(Double(n - k) + 1))
    }
    return min(1, 2 * tail)
  }
}
