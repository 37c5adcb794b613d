extension CalibrationReport {
  /// The most probable class of a row.
  struct Top {
    let confidence: Double
    let isRight: Bool

    /// The first of the classes with the highest probability.
    init(probabilities: [Double], gold: Int) {
      var top = 0
      for label in probabilities.indices where probabilities[label] > probabilities[top] { top = label }
      (confidence, isRight) = (min(probabilities[top], 1), top == gold)
    }
  }

  /// Counts, sums of confidences and right answers of rows.
  private struct Sums {
    var count = 0
    var confidence = 0.0
    var right = 0

    mutating func add(_ row: Top) {
      count += 1
      confidence += row.confidence
      right += row.isRight ? 1 : 0
    }

    var meanConfidence: Double { count == 0 ? 0 : confidence / Double(count) }
    var accuracy: Double { count == 0 ? 0 : Double(right) / Double(count) }
  }

  /// The bins (i / bins, (i + 1) / bins].
  static func equalWidth(_ rows: [Top], bins: Int) -> [Bin] {
    var sums = [Sums](repeating: Sums(), count: bins)
    for row in rows {
      let position = Int(exactly: (row.confidence * Double(bins)).rounded(.up)) ?? 0
      sums[min(max(position - 1, 0), bins - 1)].add(row)
    }
    return sums.enumerated().map { number, sum in
      Bin(
        low: Double(number) / Double(bins), high: Double(number + 1) / Double(bins), count: sum.count,
        meanConfidence: sum.meanConfidence, accuracy: sum.accuracy)
    }
  }

  /// Σ count/n · |accuracy − mean confidence| over bins of n/bins rows by ascending confidence.
  ///
  /// A bin ends only where the confidence changes: in which order equal ones come must make no difference.
  static func equalCountError(_ rows: [Top], bins: Int) -> Double {
    let sorted = rows.sorted { $0.confidence < $1.confidence }
    var (error, bin, sum) = (0.0, 1, Sums())
    for (position, row) in sorted.enumerated() {
      sum.add(row)
      let isLast = position + 1 == sorted.count
      // The bin's end is at bin · n / bins; with fewer rows than bins some bins have none.
      guard isLast || ((position + 1) * bins >= bin * sorted.count && sorted[position + 1].confidence > row.confidence)
      else {
        continue
      }
      error += Double(sum.count) * abs(sum.accuracy - sum.meanConfidence)
      sum = Sums()
      while bin < bins, (position + 1) * bins >= bin * sorted.count { bin += 1 }
    }
    return error / Double(sorted.count)
  }
}
