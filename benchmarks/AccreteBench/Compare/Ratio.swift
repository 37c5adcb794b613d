/// A number of one server over the same number of another, round by round.
struct Ratio: Codable, Sendable, Equatable {
  /// In the rounds' order; of rounds in which both have the number.
  let rounds: [Double]
  let median: Double
  let lowest: Double
  let highest: Double

  /// - Parameters:
  ///   - numbers: Of each round; `nil`: the round has none.
  ///   - reference: Of the other server, in the same rounds.
  /// - Returns: `nil` where no round has both.
  init?(_ numbers: [Double?], over reference: [Double?]) {
    rounds = zip(numbers, reference).compactMap { number, reference in
      guard let number, let reference, reference != 0, (number / reference).isFinite else { return nil }
      return number / reference
    }
    guard let spread = Spread(rounds) else { return nil }
    (median, lowest, highest) = (spread.median, spread.least, spread.greatest)
  }
}
