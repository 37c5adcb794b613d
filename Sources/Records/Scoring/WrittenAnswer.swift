package import Streams

/// What a model wrote to one row of a task with free answers: a line of its predictions.
public struct WrittenAnswer: Sendable, Codable, Equatable {
  /// Row number in the task's file.
  public let index: Int
  /// The right answer.
  public let gold: String
  /// What was written, without the space before it and the end token.
  public let answer: String
  /// New tokens, the end token not counted.
  public let tokens: Int
  /// Whether it was still writing when it had as many tokens as it may.
  public let isCut: Bool
  /// The score in the clean column, 0…1; `nil` for a row that is left out there.
  public let clean: Double?
  /// The score in the legacy column, 0…1; `nil` where there is no such column.
  public let legacy: Double?

  package init(index: Int, gold: String, answer: String, tokens: Int, isCut: Bool, clean: Double?, legacy: Double?) {
    self.index = index
    self.gold = gold
    self.answer = answer
    self.tokens = tokens
    self.isCut = isCut
    self.clean = clean
    self.legacy = legacy
  }

  /// The score in a column, 0…1.
  package func score(_ column: ScoreColumn) -> Double? { column == .clean ? clean : legacy }
}
