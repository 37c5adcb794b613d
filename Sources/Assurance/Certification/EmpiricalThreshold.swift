/// The loosest threshold whose precision on the very rows that it is chosen from reaches a target: MoE-CL's rule.
///
/// The rule has no guarantee, and with labels of test rows nobody could follow it. It is a line to compare with: how much would be decided
/// automatically if one knew what cannot be known.
public struct EmpiricalThreshold: Sendable, Codable, Equatable {
  /// The threshold: the lowest score among the chosen rows.
  public let threshold: Double
  /// Of the rows that score as much or more, how many are wrong.
  public let wrong: Proportion

  /// Finds the threshold.
  ///
  /// - Parameters:
  ///   - rows: The rows that the side could decide.
  ///   - precision: The share of right ones that is asked for, 0…1.
  /// - Returns: `nil` where no threshold reaches the precision.
  /// - Throws: ``AssuranceError`` if a score is not finite, or the precision is not from 0 to 1.
  public init?(rows: [ScoredRow], precision: Double) throws {
    guard (0...1).contains(precision) else {
      throw AssuranceError.value(
        what: "precision", row: nil, expected: "0 … 1", got: "\(precision)", fix: "Ask for a share such as 0.9.")
    }
    let sorted = try ScoredRow.sorted(rows)
    var (wrong, best): (Int, (n: Int, k: Int)?) = (0, nil)
    for (index, row) in sorted.enumerated() {
      if row.isWrong { wrong += 1 }
      let n = index + 1
      // Rows of equal scores are decided together.
      guard n == sorted.count || sorted[n].score < row.score else { continue }
      if Double(n - wrong) / Double(n) >= precision { best = (n, wrong) }
    }
    guard let best else { return nil }
    threshold = sorted[best.n - 1].score
    self.wrong = try Proportion(successes: best.k, n: best.n)
  }
}
