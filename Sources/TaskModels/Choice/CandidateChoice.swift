import Foundation
import Learning
public import Records

/// Chooses among candidates: the fewest bytes whose loss is within one standard error of the best (paired differences), and no more than
/// 0.01 nats above it; a difference below 0.0001 nats is none, whatever its standard error.
///
/// The second half is ours: with few choose rows a standard error is so wide that a head of a kilobyte would always be taken.
public struct CandidateChoice: Sendable, Codable, Equatable {
  /// What one candidate costs and gives.
  public struct Candidate: Sendable, Codable, Equatable {
    public let head: OutputHead
    /// Of its tensors, on disk.
    public let bytes: Int
    /// The mean of −log p of the right label on choose rows, cross-fitted; of several labels the mean over these, too.
    public let loss: Double
    /// The share of choose rows whose most probable label is right, cross-fitted; of several labels, for which all are right at 0.5.
    public let accuracy: Double
    /// `loss` − the best candidate's.
    public let excess: Double
    /// Of `excess`, over rows.
    public let standardError: Double
  }

  /// Nats that fewer bytes may cost.
  static let most = 0.01
  /// Nats that do not count as a difference: where all candidates are sure and right, rounding would decide.
  static let least = 1e-4

  public let chosen: OutputHead
  public let candidates: [Candidate]
  /// Choose rows.
  public let rows: Int

  /// Whether an expert was trained, and the answer does without it.
  public var dropsExpert: Bool { !chosen.hasExpert && candidates.contains { $0.head.hasExpert } }

  /// Where what the choose rows say of confidences ends: 1 - 3/n if all n are answered right, since with 95 % confidence fewer than 3 of n
  /// are wrong then (the rule of three). `nil` where some are answered wrong.
  public var knownConfidence: Double? {
    guard let own = candidates.first(where: { $0.head == chosen }), own.accuracy == 1, rows > 3 else { return nil }
    return 1 - 3 / Double(rows)
  }

  /// What the choose rows cannot say.
  public var warnings: [String] {
    guard let known = knownConfidence.map({ String(format: "%.3f", $0) }) else { return [] }
    return [
      "all \(rows) choose rows are answered right: what they say of confidences ends at \(known) (1 - 3/n, 95 % confidence). A higher one, or"
        + " one of a text that is like none of the rows, does not mean fewer errors; --abstain-below above it does not either. More rows help."
    ]
  }

  /// - Parameter measured: What each candidate costs, its loss row by row, and whether each row was right.
  /// - Parameter most: Nats that fewer bytes may cost.
  init?(
    _ measured: [(head: OutputHead, bytes: Int, losses: [Double], right: [Bool])], most: Double = CandidateChoice.most
  ) {
    func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(max(values.count, 1)) }
    guard let best = measured.min(by: { mean($0.losses) < mean($1.losses) }) else { return nil }
    rows = best.losses.count
    candidates = measured.map { one in
      let differences = zip(one.losses, best.losses).map { $0 - $1 }
      let excess = mean(differences)
      let spread = differences.reduce(0) { $0 + ($1 - excess) * ($1 - excess) }
      let count = Double(differences.count)
      return Candidate(
        head: one.head, bytes: one.bytes, loss: mean(one.losses),
        accuracy: mean(one.right.map { $0 ? 1 : 0 }), excess: excess,
        standardError: count > 1 ? (spread / (count - 1) / count).squareRoot() : 0)
    }
    let near = candidates.filter { $0.excess <= max(min($0.standardError, most), Self.least) }
    guard let chosen = near.min(by: { ($0.bytes, $0.loss) < ($1.bytes, $1.loss) }) else { return nil }
    self.chosen = chosen.head
  }
}
