/// A row that a side would decide if its score were high enough.
public struct ScoredRow: Sendable, Codable, Equatable {
  /// The side's score of the row; higher is surer.
  public let score: Double
  /// Whether the side's label is not the one that people gave.
  public let isWrong: Bool

  /// Makes a row.
  ///
  /// - Parameters:
  ///   - score: The side's score of the row, a finite number; higher is surer.
  ///   - isWrong: Whether the side's label is not the one that people gave.
  public init(score: Double, isWrong: Bool) {
    self.score = score
    self.isWrong = isWrong
  }

  /// The rows by falling score.
  ///
  /// - Throws: ``AssuranceError/value(what:row:expected:got:fix:)`` for a score that is not finite: NaN is above no threshold and below
  ///   none.
  static func sorted(_ rows: [ScoredRow]) throws -> [ScoredRow] {
    for (number, row) in rows.enumerated() where !row.score.isFinite {
      throw AssuranceError.value(
        what: "score", row: number, expected: "a finite number", got: "\(row.score)",
        fix: "Leave out the items that the model gave no score.")
    }
    return rows.sorted { $0.score > $1.score }
  }
}
