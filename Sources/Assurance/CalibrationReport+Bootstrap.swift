extension CalibrationReport {
  /// An interval of ``adaptiveECE`` by the basic bootstrap over rows (Davison and Hinkley, *Bootstrap Methods*, 1997, section 5.2).
  ///
  /// Rows are drawn with replacement, as many as there are, and the error of each draw is computed. Bins of few rows make the error of
  /// rows larger than the true one, and that of a draw larger again by as much. So what the draws exceed the rows' error by is taken off:
  /// the ends are twice the error minus the draws' quantiles. The percentile interval of a perfectly calibrated model lies above its true
  /// error, which is 0.
  ///
  /// - Parameters:
  ///   - probabilities: For each row one probability per class; they sum to 1 within 0.001.
  ///   - gold: The right class of each row, from 0.
  ///   - bins: How many bins, 1 … ``mostBins``.
  ///   - seed: The seed of the draws; the same seed gives the same interval everywhere.
  ///   - draws: How many times rows are drawn; taken as 1 … 10 000.
  ///   - level: The confidence level, between 0 and 1. With any other number the interval is 0…1.
  /// - Throws: ``AssuranceError`` as `init` does.
  public static func adaptiveECEInterval(
    probabilities: [[Double]], gold: [Int], bins: Int = 15, seed: UInt64, draws: Int = 1000, level: Double = 0.95
  ) throws -> Interval {
    let error = try CalibrationReport(probabilities: probabilities, gold: gold, bins: bins).adaptiveECE
    guard let tail = Level.twoTails(level) else { return Interval(low: 0, high: 1) }
    let tops = zip(probabilities, gold).map { Top(probabilities: $0, gold: $1) }.sorted {
      $0.confidence < $1.confidence
    }
    var source = SplitMix(seed: seed)
    var drawn = tops
    let errors = (0..<min(max(draws, 1), 10_000)).map { _ in
      for row in drawn.indices { drawn[row] = tops[source.below(UInt64(tops.count))] }
      return equalCountError(drawn, bins: bins)
    }.sorted()
    let (low, high) = (Quantile.of(tail, sorted: errors), Quantile.of(1 - tail, sorted: errors))
    return Interval(low: 2 * error - high, high: 2 * error - low).clamped(to: 0...1)
  }
}
