/// Where a condition that holds up to some number, and not beyond it, ends: to the last bit, whatever the condition is.
enum Bisection {
  /// The largest number between two at which the condition holds, if it holds at the lower and not at the upper one.
  static func last(from low: Double, to high: Double, where holds: (Double) -> Bool) -> Double {
    ends(low, high, holds).low
  }

  /// The smallest number between two at which the condition does not hold.
  static func first(from low: Double, to high: Double, where holds: (Double) -> Bool) -> Double {
    ends(low, high, holds).high
  }

  private static func ends(_ low: Double, _ high: Double, _ holds: (Double) -> Bool) -> (low: Double, high: Double) {
    var (low, high) = (low, high)
    while true {
      let middle = low + (high - low) / 2
      guard middle > low, middle < high else { return (low, high) }
      if holds(middle) { low = middle } else { high = middle }
    }
  }
}
