extension ClassReport {
  /// An interval of ``macroF1`` by the percentile bootstrap over rows (Efron 1979).
  ///
  /// Rows are drawn with replacement, as many as there are; of the macro-F1s of all draws the middle part is taken. The rows are
  /// numbered cell by cell of the confusion table, so that their order makes no difference. The draws are SplitMix64's.
  ///
  /// - Parameters:
  ///   - seed: The seed of the draws; the same seed gives the same interval everywhere.
  ///   - draws: How many times rows are drawn; taken as 1 … 100 000.
  ///   - level: The confidence level, between 0 and 1. With any other number the interval is 0…1.
  public func macroF1Interval(seed: UInt64, draws: Int = 2000, level: Double = 0.95) -> Interval {
    guard let tail = Level.twoTails(level) else { return Interval(low: 0, high: 1) }
    var cells: [(gold: Int, predicted: Int)] = []
    var rows: [Int32] = []
    rows.reserveCapacity(accuracy.n)
    for (gold, counts) in confusion.enumerated() {
      for (predicted, count) in counts.enumerated() where count > 0 {
        rows.append(contentsOf: repeatElement(Int32(cells.count), count: count))
        cells.append((gold, predicted))
      }
    }
    var source = SplitMix(seed: seed)
    let scores = (0..<min(max(draws, 1), 100_000)).map { _ in drawnMacroF1(cells, rows, &source) }.sorted()
    return Quantile.middle(tail: tail, sorted: scores, rows: rows.count)
  }

  /// The macro-F1 of drawn rows.
  private func drawnMacroF1(
    _ cells: [(gold: Int, predicted: Int)], _ rows: [Int32], _ source: inout SplitMix
  ) -> Double {
    var drawn = [Int](repeating: 0, count: cells.count)
    let count = UInt64(rows.count)
    for _ in rows.indices { drawn[Int(rows[source.below(count)])] += 1 }
    let none = [Int](repeating: 0, count: confusion.count)
    var (hits, gold, predicted) = (none, none, none)
    for (cell, number) in zip(cells, drawn) {
      gold[cell.gold] += number
      predicted[cell.predicted] += number
      if cell.gold == cell.predicted { hits[cell.gold] += number }
    }
    return Self.macroF1(hits: hits, gold: gold, predicted: predicted)
  }
}
