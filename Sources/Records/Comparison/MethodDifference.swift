import Foundation

/// How much better one method is than another, over runs that differ in nothing else, on the same examples.
///
/// Runs of several orders and seeds score the same test rows. An example that both methods find hard in one run is hard in
/// the next, so runs are not new examples: one example with all its runs is one draw (a cluster). ``lower``, ``upper`` and ``p`` cover the choice
/// of the test rows alone: they hold these orders and seeds fixed, and say nothing of others. What other seeds might have given is
/// ``overSeeds``, what other orders might have is ``overOrders``.
public struct MethodDifference: Sendable, Codable, Equatable {
  /// The formulas of ``mean``, ``standardError``, the intervals and ``p``.
  public static let formula = """
    D = mean over C pairs of runs of ACC(candidate) − ACC(reference); d_cji = the candidate's score (a label: right 1, wrong 0) \
    − the reference's on example i of task j in pair c; u_ji = Σ_c d_cji / (C T n_cj); s.e.² = Σ_j m_j/(m_j−1) Σ_i (u_ji − ū_j)², m_j different examples of task j; \
    over rows: D ± 1.96 s.e., p = erfc(|D / s.e.| / √2), two-sided, orders and seeds fixed, not corrected for the number of comparisons; \
    over seeds: the pairs' differences are averaged by seed, orders and rows fixed; over orders: by order, seeds and rows fixed; both: \(StudentInterval.formula)
    """

  /// One pair of runs.
  public struct Pair: Sendable, Codable, Equatable {
    public var order: Int
    public var seed: UInt64
    /// ACC of the candidate minus ACC of the reference.
    public var difference: Double
    /// Examples of all tasks.
    public var n: Int
    /// Examples on which the candidate is better: labels that it alone has right.
    public var onlyCandidate: Int
    /// Examples on which the reference is better.
    public var onlyReference: Int
    /// See ``PairedDifference/signTest``.
    public var signTest: Double
  }

  /// What a run answered in its last row: for each task which rows, and what the answers score, 0…1.
  struct Answers {
    package var cell: ComparisonCell
    package var tasks: [(name: String, rows: [(index: Int, score: Double)])]
  }

  public let candidate: String
  public let reference: String
  /// The pairs of runs that there are: the same order and seed.
  public let pairs: [Pair]
  /// The difference of ACC; `nil` without a pair.
  public let mean: Double?
  public let standardError: Double?
  /// The 95 % interval over test rows (normal approximation, too narrow where the two differ on fewer than about 10 examples); `nil` where a task
  /// has a single example.
  public let lower: Double?
  public let upper: Double?
  /// Two-sided, over test rows; `nil` where there is no standard error to measure ``mean`` with.
  public let p: Double?
  /// Different examples.
  public let examples: Int
  /// Of the pairs' differences: what orders and seeds do.
  public let spread: SampleSummary?
  /// Of the pairs' differences averaged by seed; `nil` with one seed. Its mean is ``mean`` where every seed has the same orders.
  public let overSeeds: StudentInterval?
  /// Of the pairs' differences averaged by order; `nil` with one order.
  public let overOrders: StudentInterval?

  /// - Parameters:
  ///   - candidate: The name of a method.
  ///   - reference: The name of the method that it is compared with.
  ///   - runs: Of candidate and reference with the same order and seed.
  /// - Throws: ``ComparisonError/examplesDiffer(cell:other:task:)``; ``MetricError`` for runs without an example.
  init(candidate: String, reference: String, runs: [(candidate: Answers, reference: Answers)]) throws {
    (self.candidate, self.reference) = (candidate, reference)
    /// u by task, then by example.
    var shares: [String: [Int: Double]] = [:]
    var pairs: [Pair] = []
    for (one, other) in runs {
      let tasks = Double(one.tasks.count)
      var (difference, better, worse) = (0.0, [Bool](), [Bool]())
      for ((name, rows), (otherName, otherRows)) in zip(one.tasks, other.tasks) {
        guard one.tasks.count == other.tasks.count, name == otherName, rows.map(\.index) == otherRows.map(\.index)
        else {
          throw ComparisonError.examplesDiffer(cell: one.cell.name, other: other.cell.name, task: name)
        }
        let n = Double(rows.count)
        for (row, otherRow) in zip(rows, otherRows) {
          let d = row.score - otherRow.score
          difference += d / (tasks * n)
          shares[name, default: [:]][row.index, default: 0] += d / (Double(runs.count) * tasks * n)
        }
        better += zip(rows, otherRows).map { $0.score > $1.score }
        worse += zip(rows, otherRows).map { $0.score < $1.score }
      }
      let paired = try PairedDifference(baseline: worse, candidate: better)
      pairs.append(
        Pair(
          order: one.cell.order, seed: one.cell.seed, difference: difference, n: paired.count,
          onlyCandidate: paired.onlyCandidate, onlyReference: paired.onlyBaseline, signTest: paired.signTest))
    }
    self.pairs = pairs
    spread = SampleSummary(pairs.map(\.difference))
    overSeeds = StudentInterval(ofMeansOf: pairs.map { ($0.seed, $0.difference) })
    overOrders = StudentInterval(ofMeansOf: pairs.map { ($0.order, $0.difference) })
    examples = shares.values.reduce(0) { $0 + $1.count }
    let error = Self.standardError(shares.values.map { Array($0.values) })
    let mean = spread?.mean
    self.mean = mean
    standardError = mean == nil ? nil : error
    if let mean, let error {
      let half = 1.959_963_984_540_054 * error
      (lower, upper) = (mean - half, mean + half)
      p = error > 0 ? erfc(abs(mean / error) / 2.0.squareRoot()) : mean == 0 ? 1 : nil
    } else {
      (lower, upper, p) = (nil, nil, nil)
    }
  }

  /// - Parameter tasks: U of each task's examples.
  private static func standardError(_ tasks: [[Double]]) -> Double? {
    var variance = 0.0
    for values in tasks {
      guard values.count >= 2 else { return nil }
      // In a fixed order, so that the same examples give the same bits.
      let sorted = values.sorted()
      let m = Double(sorted.count)
      let mean = sorted.reduce(0, +) / m
      variance += m / (m - 1) * sorted.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    }
    // Equal differences leave nothing but rounding.
    return variance < 1e-24 ? 0 : variance.squareRoot()
  }
}
