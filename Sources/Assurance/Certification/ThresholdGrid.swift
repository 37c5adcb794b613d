/// The thresholds that a walk may choose from, and where it starts: both from other rows than those that certify.
///
/// The proof of ``ThresholdWalk`` needs thresholds that were fixed before scores and labels of the certifying rows were seen. So the grid
/// is made of the scores of other rows, such as last week's stream, which need no labels.
public struct ThresholdGrid: Sendable, Codable, Equatable {
  /// How many thresholds a grid has at most, unless said otherwise.
  public static let usualSize = 40
  /// How many thresholds a grid can have.
  public static let mostThresholds = 10_000

  /// The thresholds, the strictest first, all different.
  public let thresholds: [Double]
  /// How many of the other rows score as much as each threshold or more.
  public let above: [Int]
  /// How many other rows there were, those without the side's label among them.
  public let otherRows: Int

  /// Takes quantiles of other rows' scores.
  ///
  /// The j-th of J thresholds is the ⌈j n / J⌉-th highest of the n scores; each is a score that some row has, and equal ones are one
  /// threshold.
  ///
  /// - Parameters:
  ///   - scores: The side's scores of the other rows that it could decide.
  ///   - otherRows: How many other rows there were in all; `nil`: as many as scores.
  ///   - size: How many quantiles, 1 … ``mostThresholds``.
  /// - Throws: ``AssuranceError`` if there is no score, one is not finite, there are more scores than rows, or the size is out of range.
  public init(quantilesOf scores: [Double], otherRows: Int? = nil, size: Int = usualSize) throws {
    guard (1...Self.mostThresholds).contains(size) else {
      throw AssuranceError.value(
        what: "number of thresholds", row: nil, expected: "1 … \(Self.mostThresholds)", got: "\(size)",
        fix: "40 is usual.")
    }
    guard !scores.isEmpty else { throw AssuranceError.empty(what: "scores to make thresholds of") }
    let all = otherRows ?? scores.count
    guard (scores.count...Proportion.most).contains(all) else {
      throw AssuranceError.value(
        what: "rows to make thresholds of", row: nil, expected: "\(scores.count) … \(Proportion.most)", got: "\(all)",
        fix: "Count the rows that the side could not decide, too.")
    }
    let sorted = try ScoredRow.sorted(scores.map { ScoredRow(score: $0, isWrong: false) }).map(\.score)
    var (thresholds, above): ([Double], [Int]) = ([], [])
    var rows = 0
    for part in 1...size {
      // Rounded up in whole numbers; the first parts of few rows have the same one.
      let threshold = sorted[(sorted.count * part + size - 1) / size - 1]
      guard threshold != thresholds.last else { continue }
      while rows < sorted.count, sorted[rows] >= threshold { rows += 1 }
      thresholds.append(threshold)
      above.append(rows)
    }
    (self.thresholds, self.above, self.otherRows) = (thresholds, above, all)
  }

  /// The thresholds of a walk: those from the strictest one above which enough rows are to be expected.
  ///
  /// A threshold that few rows exceed cannot pass, and the walk would end there. Which one is the first is decided by the other rows'
  /// scores alone: to skip thresholds because few *certifying* rows exceed them is outside of the proof.
  ///
  /// - Parameters:
  ///   - rows: How many rows there are to certify with.
  ///   - target: What is asked of the side. Twice the rows that it needs without a wrong one are to be expected above the first threshold.
  /// - Returns: The thresholds; none where even above the loosest too few rows are to be expected.
  public func walk(rows: Int, target: SideTarget) -> [Double] {
    guard rows > 0, let least = target.rowsNeeded(wrong: 0) else { return [] }
    let expected = { (above: Int) in Double(above) / Double(otherRows) * Double(rows) }
    guard let first = above.firstIndex(where: { expected($0) >= 2 * Double(least) }) else { return [] }
    return Array(thresholds[first...])
  }
}
