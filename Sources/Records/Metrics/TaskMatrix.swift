/// The scores of a run: `R[i][j]` is the score on the j-th task after learning i tasks.
///
/// Row 0 is the untrained model and the rows 1 … T are the model after the first, …, T-th task; every row scores all T
/// tasks. Rows are counted from 0 as in the formulas; columns are counted from 0 here and from 1 in the formulas.
/// Scores that were not taken yet are missing.
public struct TaskMatrix: Sendable, Equatable {
  /// The names of the tasks in the order in which they are learned.
  public let tasks: [String]

  /// The scores, T + 1 rows of T columns, fractions from 0 to 1; `nil`: not taken yet.
  public private(set) var scores: [[Double?]]

  /// Makes a matrix without scores.
  ///
  /// - Parameter tasks: The names of the tasks in the order in which they are learned.
  public init(tasks: [String]) {
    self.tasks = tasks
    scores = Array(repeating: Array(repeating: nil, count: tasks.count), count: tasks.count + 1)
  }

  /// Makes a matrix of scores.
  ///
  /// - Parameters:
  ///   - tasks: The names of the T tasks in the order in which they are learned.
  ///   - scores: T + 1 rows of T scores from 0 to 1, or `nil` for what was not taken yet.
  /// - Throws: ``MetricError`` if the shape is another, or a score is outside of its range.
  public init(tasks: [String], scores: [[Double?]]) throws {
    guard scores.count == tasks.count + 1 else {
      throw MetricError.shape(what: "rows of the task matrix", expected: tasks.count + 1, got: scores.count)
    }
    for (number, row) in scores.enumerated() {
      guard row.count == tasks.count else {
        throw MetricError.shape(
          what: "scores in row \(number) of the task matrix", expected: tasks.count, got: row.count)
      }
      for score in row.compactMap({ $0 }) { try Self.require(score) }
    }
    self.tasks = tasks
    self.scores = scores
  }

  /// The score on a task after learning some; `nil` if it was not taken yet, or there is no such row or column.
  ///
  /// - Parameters:
  ///   - row: How many tasks were learned, 0 … T.
  ///   - column: The number of the task, from 0.
  public subscript(row: Int, column: Int) -> Double? {
    guard scores.indices.contains(row), tasks.indices.contains(column) else { return nil }
    return scores[row][column]
  }

  /// Sets a score.
  ///
  /// - Parameters:
  ///   - score: A fraction from 0 to 1.
  ///   - row: How many tasks were learned, 0 … T.
  ///   - column: The number of the task, from 0.
  /// - Throws: ``MetricError/value(what:expected:got:)`` if there is no such row or column, or the score is outside of
  ///   its range.
  public mutating func record(_ score: Double, row: Int, column: Int) throws {
    try Self.require(score)
    guard scores.indices.contains(row) else {
      throw MetricError.value(what: "row of the task matrix", expected: "0 … \(tasks.count)", got: "\(row)")
    }
    guard tasks.indices.contains(column) else {
      throw MetricError.value(what: "column of the task matrix", expected: "0 ..< \(tasks.count)", got: "\(column)")
    }
    scores[row][column] = score
  }

  private static func require(_ score: Double) throws {
    guard (0...1).contains(score) else {
      throw MetricError.value(what: "score", expected: "a fraction from 0 to 1", got: "\(score)")
    }
  }
}

extension TaskMatrix: Codable {
  private enum CodingKeys: CodingKey {
    case tasks
    case scores
  }

  /// Reads a matrix, and checks it as `init` does.
  ///
  /// - Throws: `DecodingError`, or ``MetricError``.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    try self.init(
      tasks: container.decode([String].self, forKey: .tasks),
      scores: container.decode([[Double?]].self, forKey: .scores))
  }
}
