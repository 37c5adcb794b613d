// Tango, "Equivalence test and confidence interval for the difference in proportions for the paired-sample design", Statistics in Medicine
// 17 (1998) 891–908. The interval is all differences Δ that a score test does not reject. With b = onlyNew, c = onlyOld and n rows,
//
//   T(Δ) = (b − c − nΔ) / √(n (2 q + Δ (1 − Δ)))
//
// where q is the likeliest share of rows of kind c among the tables whose difference is Δ: the larger root of
// 2n q² + ((2n − b + c) Δ − b − c) q − c Δ (1 − Δ) = 0.

extension PairedTable {
  /// Tango's score interval of the difference new − old.
  ///
  /// - Parameter level: The confidence level, between 0 and 1. With any other number, or without rows, it is −1…1.
  public func tango(level: Double = 0.95) -> Interval {
    guard n > 0, let tail = Level.twoTails(level) else { return Interval(low: -1, high: 1) }
    let z = Normal.upperPoint(tail: tail)
    return Interval(low: scoreLow(z), high: scoreHigh(z))
  }

  /// The one-sided lower score bound of the difference new − old.
  ///
  /// - Parameter level: The confidence level, between 0 and 1. With any other number, or without rows, it is −1.
  public func lowerBound(level: Double = 0.95) -> Double {
    guard n > 0, let tail = Level.oneTail(level) else { return -1 }
    return scoreLow(Normal.upperPoint(tail: tail))
  }

  /// The one-sided upper score bound of the difference new − old.
  ///
  /// - Parameter level: The confidence level, between 0 and 1. With any other number, or without rows, it is 1.
  public func upperBound(level: Double = 0.95) -> Double {
    guard n > 0, let tail = Level.oneTail(level) else { return 1 }
    return scoreHigh(Normal.upperPoint(tail: tail))
  }

  /// Where T, which falls from −1 to 1, passes z on its way.
  private func scoreLow(_ z: Double) -> Double { Bisection.last(from: -1, to: 1) { score($0) > z } }

  /// Where T passes −z.
  private func scoreHigh(_ z: Double) -> Double { Bisection.first(from: -1, to: 1) { score($0) >= -z } }

  /// T(Δ). A negative Δ is the positive one of the table with the models swapped; so no root is taken of a negative number.
  func score(_ delta: Double) -> Double {
    delta < 0
      ? -Self.score(-delta, Double(onlyOld), Double(onlyNew), Double(n))
      : Self.score(delta, Double(onlyNew), Double(onlyOld), Double(n))
  }

  private static func score(_ delta: Double, _ b: Double, _ c: Double, _ n: Double) -> Double {
    let linear = (2 * n - b + c) * delta - b - c
    let constant = -c * delta * (1 - delta)
    let root = (linear * linear - 8 * n * constant).squareRoot()
    // The form of the root that subtracts nothing from what is nearly equal.
    let share = linear > 0 ? -2 * constant / (linear + root) : (root - linear) / (4 * n)
    let distance = b - c - n * delta
    let variance = n * (2 * share + delta * (1 - delta))
    guard variance > 0 else { return distance == 0 ? 0 : distance * .infinity }
    return distance / variance.squareRoot()
  }
}
