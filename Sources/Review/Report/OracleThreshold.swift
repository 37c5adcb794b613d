/// MoE-CL's rule, for comparison only: the largest set of rows whose share of right ones reaches the target, chosen on the very rows that it is
/// then judged by. No rule that has to be fixed before the labels are known attains it, and it guarantees nothing.
public struct OracleThreshold: Sendable, Codable, Equatable {
  /// What a report calls it.
  public static let name = "oracle (test-tuned, not attainable)"

  /// The lowest score of the set.
  public let tau: Double
  /// Rows in the set.
  public let n: Int
  /// Wrong ones among them.
  public let k: Int

  /// Finds the set.
  ///
  /// - Parameters:
  ///   - rows: The score of each row, and whether the side would be wrong to decide it; rows that a person decides anyway are left out.
  ///   - precision: The share of right ones that is asked for.
  /// - Returns: `nil` where no set reaches it.
  public init?(_ rows: [(score: Double, isWrong: Bool)], precision: Double) {
    let sorted = rows.filter { $0.score.isFinite }.sorted { $0.score > $1.score }
    var (best, wrong): ((tau: Double, n: Int, k: Int)?, Int) = (nil, 0)
    for (index, row) in sorted.enumerated() {
      if row.isWrong { wrong += 1 }
      // A threshold cannot part rows of one score.
      if index + 1 < sorted.count, sorted[index + 1].score == row.score { continue }
      let n = index + 1
      if Double(n - wrong) >= precision * Double(n) { best = (row.score, n, wrong) }
    }
    guard let best else { return nil }
    (tau, n, k) = best
  }
}
