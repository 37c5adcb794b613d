public import Streams

/// `matrix.json` and `matrix-legacy.json`.
public struct MatrixFile: Sendable, Codable, Equatable {
  public var tasks: [String]
  public var scores: [[Double?]]
  public var rows: String
  /// Scored rows of each task that count.
  public var n: [Int]
  public var seed: UInt64
  public var method: String
  /// Which column this is, and the name of each task's measure; `nil` in folders that were written when there was accuracy alone.
  public var column: ScoreColumn?
  public var measures: [String]?
  /// Written answers that were cut at their limit, in every cell; `nil` where no task has any.
  public var cut: [[Int?]]?

  private enum CodingKeys: String, CodingKey {
    case tasks, rows, n, seed, method, column, measures, cut
    case scores = "R"
  }

  /// What a run writes.
  ///
  /// - Parameters:
  ///   - manifest: Of the run.
  ///   - matrix: The scores of a column.
  ///   - column: Which one.
  ///   - cut: How many written answers were cut in each cell.
  ///   - rows: What a number is; `nil`: a score with the task given.
  package init(_ manifest: Manifest, _ matrix: TaskMatrix, _ column: ScoreColumn, cut: [[Int?]]?, rows: String? = nil) {
    (tasks, scores) = (matrix.tasks, matrix.scores)
    self.rows =
      rows ?? "R[i][j]: \(manifest.scoreName(column)) on task j after learning i tasks; row 0 is untrained"
    n = tasks.map { manifest.counted($0, in: column) }
    (seed, method) = (manifest.configuration.seed, manifest.configuration.method)
    guard manifest.scoring != nil else { return }
    self.column = column
    measures = tasks.map { manifest.scoring(of: $0).measure(column)?.name ?? "" }
    self.cut = cut
  }
}

extension Manifest {
  /// What a number of a matrix is.
  public func scoreName(_ column: ScoreColumn) -> String {
    if isPlainAccuracy { return "accuracy" }
    var names: [String] = []
    for measure in tasks.compactMap({ scoring(of: $0).measure(column) }) {
      let name = measure.highest == 100 ? "\(measure.name)/100" : measure.name
      if !names.contains(name) { names.append(name) }
    }
    return "\(column.rawValue) score, 0 to 1 (\(names.joined(separator: ", ")))"
  }
}
