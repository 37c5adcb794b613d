extension LabelSetReport {
  /// Percentile-bootstrap intervals over rows (Efron 1979).
  public struct Intervals: Sendable, Equatable {
    /// Of ``LabelSetReport/microF1``.
    public let microF1: Interval
    /// Of ``LabelSetReport/macroF1``.
    public let macroF1: Interval
    /// The one-sided lower bound of the micro-F1 at the same level.
    public let microF1LowerBound: Double
  }

  /// Draws rows with replacement, as many as there are, and takes the middle part of what comes out.
  ///
  /// - Parameters:
  ///   - seed: The seed of the draws (SplitMix64); the same seed gives the same intervals everywhere.
  ///   - draws: How many times rows are drawn; taken as 1 … 100 000.
  ///   - level: The confidence level, between 0 and 1. With any other number the intervals are 0…1, and the bound is 0.
  public func intervals(seed: UInt64, draws: Int = 2000, level: Double = 0.95) -> Intervals {
    let none = Interval(low: 0, high: 1)
    guard let tail = Level.twoTails(level), let oneTail = Level.oneTail(level) else {
      return Intervals(microF1: none, macroF1: none, microF1LowerBound: 0)
    }
    var source = SplitMix(seed: seed)
    var (micro, macro): ([Double], [Double]) = ([], [])
    let count = UInt64(rows.count)
    for _ in 0..<min(max(draws, 1), 100_000) {
      var counts = [Counts](repeating: Counts(), count: perLabel.count)
      for _ in rows.indices {
        let row = rows[source.below(count)]
        for label in row.gold { counts[label].gold += 1 }
        for label in row.predicted { counts[label].predicted += 1 }
        for label in row.hits { counts[label].hits += 1 }
      }
      micro.append(Self.microF1(counts))
      macro.append(Self.macroF1(counts))
    }
    micro.sort()
    macro.sort()
    func middle(_ tail: Double, _ sorted: [Double]) -> Interval {
      Quantile.middle(tail: tail, sorted: sorted, rows: rows.count)
    }
    return Intervals(
      microF1: middle(tail, micro), macroF1: middle(tail, macro), microF1LowerBound: middle(oneTail, micro).low)
  }
}
