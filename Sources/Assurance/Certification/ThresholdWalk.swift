/// The loosest threshold whose automatic decisions are shown to be right often enough.
///
/// Fixed-sequence testing with exact binomial p-values, an instance of Learn then Test (Angelopoulos and others, arXiv 2110.01052). Fix α,
/// δ and thresholds τ₁ > … > τ_J before labels and scores of the rows are seen; let the rows be independent draws of what will be decided.
/// Of the n_j rows that score τ_j or more, k_j are wrong. Go on while P(Bin(n_j, α) ≤ k_j) ≤ δ, and take the last threshold that
/// passed, if any. Then the true share of wrong rows above it exceeds α with a probability of at most δ.
///
/// *Proof.* Let r_j be the true share above τ_j. Given n_j, k_j is binomial(n_j, r_j); so where r_j > α the p-value is at most δ with a
/// probability of at most δ. Let j* be the first such threshold, which is not random. The chosen one is bad only if j* passed. ∎
///
/// It takes one sort of the rows.
public struct ThresholdWalk: Sendable, Codable, Equatable {
  /// One threshold that was tested.
  public struct Step: Sendable, Codable, Equatable {
    /// The threshold τ.
    public let threshold: Double
    /// Of the rows that score τ or more, how many are wrong.
    public let wrong: Proportion
    /// P(Bin(n, α) ≤ k); 1 without rows.
    public let pValue: Double
    /// The share of wrong rows is below it with a probability of at least 1 − δ.
    public let upperBound: Double
    /// Whether the p-value is at most δ.
    public let isPassed: Bool
  }

  /// The thresholds that were tested, the strictest first; the last one may have failed, all others passed.
  public let steps: [Step]

  /// The loosest threshold that passed; `nil`: nothing may be decided automatically.
  public var chosen: Step? { steps.last(where: \.isPassed) }

  /// Walks.
  ///
  /// - Parameters:
  ///   - rows: The certifying rows: those of one stream, one of each cluster of near duplicates, chosen by chance.
  ///   - thresholds: From the strictest to the loosest, each smaller than the one before, such as those of ``ThresholdGrid/walk(rows:target:)``.
  ///   - target: What is asked of the side.
  /// - Throws: ``AssuranceError`` if a score or threshold is not finite, or thresholds do not fall.
  public init(rows: [ScoredRow], thresholds: [Double], target: SideTarget) throws {
    for (number, threshold) in thresholds.enumerated() {
      guard threshold.isFinite, number == 0 || threshold < thresholds[number - 1] else {
        throw AssuranceError.value(
          what: "threshold", row: number,
          expected: number == 0 ? "a finite number" : "a number below \(thresholds[number - 1])",
          got: "\(threshold)", fix: "Give the strictest threshold first, and each once.")
      }
    }
    let sorted = try ScoredRow.sorted(rows)
    var (n, k, steps): (Int, Int, [Step]) = (0, 0, [])
    for threshold in thresholds {
      while n < sorted.count, sorted[n].score >= threshold {
        if sorted[n].isWrong { k += 1 }
        n += 1
      }
      let wrong = try Proportion(successes: k, n: n)
      let pValue = wrong.pValue(atLeast: target.errorLimit)
      let isPassed = pValue <= target.error
      steps.append(
        Step(
          threshold: threshold, wrong: wrong, pValue: pValue, upperBound: wrong.upperBound(error: target.error),
          isPassed: isPassed))
      guard isPassed else { break }
    }
    self.steps = steps
  }
}
