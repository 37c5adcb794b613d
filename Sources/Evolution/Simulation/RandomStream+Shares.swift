import Randomness

extension RandomStream {
  /// A number from 0 on, below 1, of 53 random bits.
  mutating func share() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// True with a probability.
  mutating func isTrue(_ probability: Double) -> Bool { share() < probability }

  /// A place, by weights that are 0 or more; the last one where all are 0.
  mutating func place(weights: [Double]) -> Int {
    var rest = share() * weights.reduce(0, +)
    for (place, weight) in weights.enumerated() {
      rest -= weight
      if rest < 0 { return place }
    }
    return max(0, weights.count - 1)
  }
}
