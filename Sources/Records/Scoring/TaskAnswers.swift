import Files
public import Foundation
public import Streams

/// What a model answered to the scored rows of one task.
public enum TaskAnswers: Sendable, Equatable {
  case labels([Prediction])
  case written([WrittenAnswer])

  public var count: Int {
    switch self {
    case .labels(let predictions): predictions.count
    case .written(let answers): answers.count
    }
  }

  /// The predictions of a task of labels; none of written answers.
  public var predictions: [Prediction] { if case .labels(let predictions) = self { predictions } else { [] } }

  /// Written answers that were cut.
  public var cut: Int { if case .written(let answers) = self { answers.count(where: \.isCut) } else { 0 } }

  /// The rows of a column: what its score and intervals are computed from. `nil` where the task has no such column.
  public func outcome(_ scoring: Manifest.Scoring, _ column: ScoreColumn) -> Outcome? {
    guard let measure = scoring.measure(column) else { return nil }
    guard case .labels(let predictions) = self, measure.isMacroF1 else {
      return .scores(rowScores(scoring, column).map(\.score))
    }
    return .labels(
      counted(predictions, scoring, column).map { MacroF1.Pair(right: $0.gold, given: $0.predicted) },
      labels: predictions.map(\.scores.count).max() ?? 0)
  }

  /// The score of each row that counts in a column, 0…1: of labels right or wrong.
  func rowScores(_ scoring: Manifest.Scoring, _ column: ScoreColumn) -> [(index: Int, score: Double)] {
    switch self {
    case .labels(let predictions): counted(predictions, scoring, column).map { ($0.index, $0.isRight ? 1 : 0) }
    case .written(let answers): answers.compactMap { answer in answer.score(column).map { (answer.index, $0) } }
    }
  }

  private func counted(
    _ predictions: [Prediction], _ scoring: Manifest.Scoring, _ column: ScoreColumn
  ) -> [Prediction] {
    guard column == .clean, !scoring.leftOut.isEmpty else { return predictions }
    let leftOut = Set(scoring.leftOut)
    return predictions.filter { !leftOut.contains($0.index) }
  }

  /// One line of JSON for each row.
  public func lines() throws -> Data {
    switch self {
    case .labels(let predictions): try JSONFile.lines(predictions)
    case .written(let answers): try JSONFile.lines(answers)
    }
  }
}
