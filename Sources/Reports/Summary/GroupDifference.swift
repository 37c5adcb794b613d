public import Records

/// How far one method is ahead of another at the end, in runs of the same order and seed.
public struct GroupDifference: Sendable, Equatable, Encodable {
  /// What several pairs of runs are compared by.
  public static let overRuns =
    "d = ACC of the first − ACC of the second, in runs of the same order and seed; mean ± s, s with n − 1; over seeds: d averaged by seed, over orders: by order; \(StudentInterval.formula)"

  public let first: String
  public let second: String
  public let formula: String
  /// Of ``formula``, from −1 to 1; positive: the first is better.
  public let mean: Double
  /// Over pairs of runs; `nil` for one pair.
  public let deviation: Double?
  /// What other seeds, and what other orders, might have given; `nil` with one seed, or one order.
  public let overSeeds: StudentInterval?
  public let overOrders: StudentInterval?
  /// 95 % interval over test rows; `nil` for several pairs.
  public let lower: Double?
  public let upper: Double?
  /// Pairs of runs of the same order and seed.
  public let pairs: Int
  /// Test rows of the one pair; `nil` for several.
  public let rows: Int?
  /// Order and seed of the one pair; `nil` for several.
  public let order: Int?
  public let seed: UInt64?

  /// - Returns: `nil` if no run of one has its order and seed in common with one of the other, or predictions are missing.
  init?(_ first: (name: String, runs: [ReportedRun]), _ second: (name: String, runs: [ReportedRun])) {
    let pairs = first.runs.compactMap { one in
      second.runs.first { $0.isTwin(of: one) }.map { (one, $0) }
    }
    (self.first, self.second, self.pairs) = (first.name, second.name, pairs.count)
    // The interval is of right and wrong; with other measures there is none.
    if pairs.count == 1, let (one, other) = pairs.first, one.manifest.isPlainAccuracy, other.manifest.isPlainAccuracy {
      guard let paired = Self.paired(one, other) else { return nil }
      (formula, mean, deviation) = (PairedDifference.formula, paired.mean, nil)
      (lower, upper, rows, overSeeds, overOrders) = (paired.lower, paired.upper, paired.count, nil, nil)
      (order, seed) = (one.manifest.configuration.source.order, one.manifest.configuration.seed)
    } else {
      let differences = pairs.map { one, other -> Double? in
        guard let first = one.matrix.averageAccuracy, let second = other.matrix.averageAccuracy else { return nil }
        return first - second
      }
      guard let estimate = Estimate(whole: differences) else { return nil }
      func over(_ part: (RunConfiguration) -> some Hashable) -> StudentInterval? {
        StudentInterval(
          ofMeansOf: zip(pairs, differences).compactMap { pair, difference in
            difference.map { (part(pair.0.manifest.configuration), $0) }
          })
      }
      (overSeeds, overOrders) = (over(\.seed), over(\.source.order))
      (formula, mean, deviation) = (Self.overRuns, estimate.mean, estimate.deviation)
      (lower, upper, rows, order, seed) = (nil, nil, nil, nil, nil)
    }
  }

  /// All rows of all tasks after the last one; `nil` if they are not the same rows.
  private static func paired(_ one: ReportedRun, _ other: ReportedRun) -> PairedDifference? {
    guard let ones = one.endings, let others = other.endings else { return nil }
    var (candidate, baseline) = ([Bool](), [Bool]())
    for task in one.manifest.tasks {
      guard let mine = ones[task]?.predictions, let its = others[task]?.predictions,
        mine.map(\.index) == its.map(\.index), mine.map(\.gold) == its.map(\.gold)
      else { return nil }
      candidate += mine.map(\.isRight)
      baseline += its.map(\.isRight)
    }
    return try? PairedDifference(baseline: baseline, candidate: candidate)  // nil only without any row
  }
}

extension ReportedRun {
  /// Whether both learned the same tasks in the same order with the same seed.
  func isTwin(of other: ReportedRun) -> Bool {
    manifest.tasks == other.manifest.tasks && manifest.configuration.seed == other.manifest.configuration.seed
  }
}
