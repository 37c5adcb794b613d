import Files
import Learning

extension RunFolder {
  /// What a complete run found with the task inferred, from its files; nil where its method has no router.
  /// - Throws: `FileError`, or ``MetricError`` for tables that cannot be.
  func routed(_ tasks: [String]) throws -> (scores: RoutedScores, outcomes: Outcomes)? {
    guard let file = try OptionalFile.read({ try InferredMatrixFile.read(inside(inferredMatrix)) }) else { return nil }
    var scores = RoutedScores(tasks: tasks)
    scores.matrix = try TaskMatrix(tasks: tasks, scores: file.matrix.scores)
    scores.routerAccuracy = try TaskMatrix(tasks: tasks, scores: file.routerAccuracy)
    scores.unknownRate = try TaskMatrix(tasks: tasks, scores: file.unknownRate)
    return (scores, try routedOutcomes(tasks))
  }

  /// What was right in every cell with the task inferred, from the predictions: of learned tasks only.
  func routedOutcomes(_ tasks: [String]) throws -> Outcomes {
    try Outcomes(
      tasks: tasks,
      right: (0...tasks.count).map { row in
        try tasks.enumerated().map { column, task in
          column < row
            ? try RoutedPrediction.read(inside(routedPredictions(row: row, task: task))).map(\.prediction.isRight) : nil
        }
      })
  }
}
