/// The two scorers of a task, and how its test rows are scored with them.
public struct TaskScoring: Sendable {
  /// The scorer of the `legacy` column.
  public let legacy: any Scorer

  /// The scorer of the `clean` column. It may be another measure, as for numbers that published code compares as text.
  public let clean: any Scorer

  /// Names the scorers.
  ///
  /// - Parameters:
  ///   - legacy: The scorer of the `legacy` column.
  ///   - clean: The scorer of the `clean` column.
  public init(legacy: any Scorer, clean: any Scorer) {
    self.legacy = legacy
    self.clean = clean
  }

  /// Scores predictions for test rows in both columns.
  ///
  /// The `legacy` column scores all rows and takes the whole prompt as the source. The `clean` column leaves out rows whose prompt is also
  /// trained on (``TestLeaks``), and takes the text without instruction and cue.
  ///
  /// - Parameters:
  ///   - task: The task with all its rows.
  ///   - rows: The scored rows: positions in ``LearningTask/test``.
  ///   - predictions: What the model wrote to each of them.
  /// - Throws: ``ScoringError/mismatch(_:)`` if there are more or fewer predictions than rows, or a row that the task
  ///   does not have; ``ScoringError/empty(_:)`` without rows; ``ScoringError/tooLarge(_:)``.
  public func scores(of task: LearningTask, rows: [Int], predictions: [String]) throws -> TaskScores {
    guard rows.count == predictions.count, rows.allSatisfy(task.test.indices.contains) else {
      throw ScoringError.mismatch(
        ScoringError.Detail(
          scorer: "task \(task.name)",
          expected: "a prediction for each of \(rows.count) of \(task.test.count) test rows",
          got: "\(predictions.count)", fix: "Give the positions of the scored test rows, and one prediction for each."))
    }
    let leaks = TestLeaks(of: task)
    let pairs = zip(rows, predictions).map { (row: $0, example: task.test[$0], prediction: $1) }
    let kept = pairs.filter { !leaks.rows.contains($0.row) }
    let all = pairs.map {
      ScoredAnswer(prediction: $0.prediction, reference: $0.example.answer, source: task.prompt(of: $0.example))
    }
    let clean = kept.map {
      ScoredAnswer(prediction: $0.prediction, reference: $0.example.answer, source: $0.example.text)
    }
    return TaskScores(
      legacy: try legacy.score(all), legacyRows: all.count,
      clean: clean.isEmpty ? nil : try self.clean.score(clean), cleanRows: clean.count)
  }
}

/// What a task's predictions score in both columns.
public struct TaskScores: Sendable, Codable, Equatable {
  /// The score of all rows, in the legacy scorer's range.
  public let legacy: Double

  /// How many rows that are.
  public let legacyRows: Int

  /// The score of the rows whose prompt is not trained on, in the clean scorer's range; `nil` if there is none.
  public let clean: Double?

  /// How many rows that are.
  public let cleanRows: Int
}
