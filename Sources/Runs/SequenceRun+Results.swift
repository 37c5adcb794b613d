import Files
import Foundation
import Learning

extension SequenceRun {
  /// Writes `matrix.json` and `metrics.json` as far as the run has come.
  func writeResults() throws {
    try JSONFile.write(
      MatrixFile(
        tasks: matrix.tasks, scores: matrix.scores,
        rows: "R[i][j]: accuracy on task j after learning i tasks; row 0 is untrained",
        n: tasks.map(\.evaluated.count), seed: configuration.seed, method: configuration.method),
      to: folder.matrix)
    if let routed {
      try JSONFile.write(
        InferredMatrixFile(
          matrix: MatrixFile(
            tasks: matrix.tasks, scores: routed.matrix.scores,
            rows: "R[i][j]: accuracy on task j after learning i tasks, of the experts that the router chose",
            n: tasks.map(\.evaluated.count), seed: configuration.seed, method: configuration.method),
          routerAccuracy: routed.routerAccuracy.scores, unknownRate: routed.unknownRate.scores),
        to: folder.inside(folder.inferredMatrix))
    }
    try JSONFile.write(metrics(), to: folder.metrics)
  }

  /// The metrics as they are now.
  /// - Throws: `FileError` where predictions cannot be read.
  public func metrics() throws -> RunMetrics {
    let complete = learned == tasks.count
    return try RunMetrics(
      configuration, outcomes: complete ? folder.outcomes(matrix.tasks) : nil,
      routed: complete ? routed.map { ($0, try folder.routedOutcomes(matrix.tasks)) } : nil, learned: learned,
      costs: costs)
  }
}

extension RunFolder {
  /// What was right in every cell of a finished run, from the predictions.
  func outcomes(_ tasks: [String]) throws -> Outcomes {
    try Outcomes(
      tasks: tasks,
      right: (0...tasks.count).map { row in
        try tasks.map { try PredictionsFile.read(inside(predictions(row: row, task: $0))).map(\.isRight) }
      })
  }
}

extension RunFolder {
  /// The same with the task inferred: of learned tasks only.
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

/// `matrix.json`.
public struct MatrixFile: Sendable, Codable, Equatable {
  public var tasks: [String]
  public var scores: [[Double?]]
  public var rows: String
  /// Scored rows of each task.
  public var n: [Int]
  public var seed: UInt64
  public var method: String

  private enum CodingKeys: String, CodingKey {
    case tasks, rows, n, seed, method
    case scores = "R"
  }
}
