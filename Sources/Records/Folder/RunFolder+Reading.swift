import Files
import Foundation

/// The small files of a run, each read only if it is what the run wrote.
extension RunFolder {
  /// `matrix.json`; `nil` until the run has scored for the first time.
  public func readMatrix() throws -> MatrixFile? { try optional(matrix, MatrixFile.decode) }

  /// `matrix-legacy.json`; `nil` where there is none.
  public func readLegacyMatrix() throws -> MatrixFile? { try optional(legacyMatrix, MatrixFile.decode) }

  /// `matrix-inferred.json`; `nil` where there is none.
  public func readInferredMatrix() throws -> InferredMatrixFile? {
    try optional(inferredMatrix, InferredMatrixFile.decode)
  }

  /// `metrics.json`; `nil` until the run has scored for the first time.
  public func readMetrics() throws -> RunMetrics? {
    try optional(metrics) { try JSONFile.decode(RunMetrics.self, from: $0, path: $1) }
  }

  /// `statistics.json`; empty where there is none.
  public func readStatistics() throws -> [TaskStatistic] { try optional(statistics, TaskStatistic.decode) ?? [] }

  /// `costs.json`; without any cost until there is one.
  package func readCosts() throws -> RunCosts {
    try optional(costs) { try JSONFile.decode(RunCosts.self, from: $0, path: $1) } ?? RunCosts()
  }

  /// Reads the steps of `events.jsonl`, also those after the last checkpoint, which are taken again when the run goes on.
  public func readEvents(_ body: (StepEvent) throws -> Void) throws {
    try requireSealedLog(events)
    try StepEvent.read(inside(events), body)
  }

  private func optional<Value>(_ file: URL, _ decode: (Data, String) throws -> Value) throws -> Value? {
    try OptionalFile.read { try decode(contents(file), file.path) }
  }
}
