/// What became of the tasks' rows when nobody said which task they belong to.
public struct RoutedScores: Sendable, Codable, Equatable {
  /// As R, for learned tasks only: every row answered by the experts that the router chose, by the base where it knew none.
  public var matrix: TaskMatrix
  /// The share of a learned task's rows that were sent to it.
  public var routerAccuracy: TaskMatrix
  /// The share of a task's rows that were called out-of-distribution: an error for learned tasks, right for those to come.
  public var unknownRate: TaskMatrix

  package init(tasks: [String]) {
    matrix = TaskMatrix(tasks: tasks)
    routerAccuracy = TaskMatrix(tasks: tasks)
    unknownRate = TaskMatrix(tasks: tasks)
  }

  /// How often rows of tasks to come were called out-of-distribution, on average over those cells; and the rows behind them.
  ///
  /// - Parameter counts: Scored rows of each task.
  func detected(_ counts: [Int]) -> (rate: Double?, rows: Int) {
    let cells = (1..<max(matrix.tasks.count, 1)).flatMap { row in
      counts.indices.filter { $0 >= row }.compactMap { column in
        unknownRate[row, column].map { ($0, counts[column]) }
      }
    }
    let sum = cells.reduce(0) { $0 + $1.0 }
    return (cells.isEmpty ? nil : sum / Double(cells.count), cells.reduce(0) { $0 + $1.1 })
  }
}
