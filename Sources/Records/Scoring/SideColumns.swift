import Foundation
import Streams

/// What stands beside the matrix of a run: the same cells in the legacy column, and how many written answers were cut. All of it
/// follows from the predictions, so that no checkpoint holds it.
package struct SideColumns: Equatable {
  /// `nil`: no task has a legacy column.
  package private(set) var legacy: TaskMatrix?
  /// Written answers that were cut, in every cell; `nil`: no task has written answers.
  package private(set) var cut: [[Int?]]?

  /// Of a matrix without scores.
  package init(_ manifest: Manifest) {
    let tasks = manifest.tasks
    legacy = manifest.hasLegacyColumn ? TaskMatrix(tasks: tasks) : nil
    cut = manifest.hasWrittenAnswers ? TaskMatrix(tasks: tasks).scores.map { $0.map { _ in nil } } : nil
  }

  /// Takes the answers of one cell in.
  /// - Throws: ``MetricError`` for a cell that is none.
  package mutating func record(_ answers: TaskAnswers, _ manifest: Manifest, row: Int, column: Int) throws {
    let scoring = manifest.scoring(of: manifest.tasks[column])
    if let outcome = answers.outcome(scoring, .legacy) { try legacy?.record(outcome.score, row: row, column: column) }
    if scoring.answers == .written { cut?[row][column] = answers.cut }
  }
}

extension RunFolder {
  /// What was answered in one cell.
  /// - Throws: `FileError` that names the file and the line.
  public func answers(_ manifest: Manifest, row: Int, task: String) throws -> TaskAnswers {
    let file = predictions(row: row, task: task)
    return try PredictionsFile.decode(contents(file), answers: manifest.scoring(of: task).answers, path: file.path)
  }

  /// What was answered in one cell with the task inferred.
  /// - Throws: `FileError` that names the file and the line.
  package func routed(_ manifest: Manifest, row: Int, task: String) throws -> [RoutedPrediction] {
    let file = routedPredictions(row: row, task: task)
    return try RoutedPrediction.decode(
      contents(file), answers: manifest.scoring(of: task).answers, path: file.path)
  }

  /// What stands beside a matrix, from the predictions of those cells that it has.
  package func sideColumns(_ manifest: Manifest, of matrix: TaskMatrix) throws -> SideColumns {
    var result = SideColumns(manifest)
    guard result.legacy != nil || result.cut != nil else { return result }
    for row in matrix.scores.indices {
      for (column, task) in matrix.tasks.enumerated() where matrix[row, column] != nil {
        try result.record(answers(manifest, row: row, task: task), manifest, row: row, column: column)
      }
    }
    return result
  }

  /// What was answered in every cell of a finished run, in the clean column.
  func cleanOutcomes(_ manifest: Manifest) throws -> Outcomes { try outcomes(manifest, .clean) }

  /// The same in the legacy column; `nil` where no task has one.
  func legacyOutcomes(_ manifest: Manifest) throws -> Outcomes? {
    manifest.hasLegacyColumn ? try outcomes(manifest, .legacy) : nil
  }

  private func outcomes(_ manifest: Manifest, _ column: ScoreColumn) throws -> Outcomes {
    try Outcomes(
      tasks: manifest.tasks,
      cells: (0...manifest.tasks.count).map { row in
        try manifest.tasks.map {
          try answers(manifest, row: row, task: $0).outcome(manifest.scoring(of: $0), column)
        }
      })
  }

  /// The same with the task inferred: of learned tasks only, in the clean column.
  func routedOutcomes(_ manifest: Manifest) throws -> Outcomes {
    try Outcomes(
      tasks: manifest.tasks,
      cells: (0...manifest.tasks.count).map { row in
        try manifest.tasks.enumerated().map { column, task in
          guard column < row else { return nil }
          let scoring = manifest.scoring(of: task)
          return try routed(manifest, row: row, task: task).answers(scoring.answers).outcome(scoring, .clean)
        }
      })
  }
}
