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
    try JSONFile.write(RunMetrics(self), to: folder.metrics)
  }

  /// The metrics as they are now.
  public var metrics: RunMetrics { RunMetrics(self) }
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
