import Records

/// The task matrices of a method's runs that learned the tasks in the same order: the mean of each cell.
public struct OrderMatrix: Sendable, Equatable, Encodable {
  public let order: Int
  /// In the order of learning.
  public let tasks: [String]
  public let seeds: [UInt64]
  /// Scored rows of each task.
  public let rows: [Int]
  /// T + 1 rows of T cells; `nil` where a run has no score.
  public let cells: [[Estimate?]]

  /// One for each order.
  static func of(_ runs: [(run: ReportedRun, matrix: TaskMatrix)]) -> [OrderMatrix] {
    var orders: [[String]] = []
    for run in runs where !orders.contains(run.matrix.tasks) { orders.append(run.matrix.tasks) }
    return orders.compactMap { tasks in
      let same = runs.filter { $0.matrix.tasks == tasks }
      guard let first = same.first?.run else { return nil }
      return OrderMatrix(
        order: first.manifest.configuration.source.order, tasks: tasks,
        seeds: same.map(\.run.manifest.configuration.seed), rows: first.rows,
        cells: (0...tasks.count).map { row in
          tasks.indices.map { column in Estimate(whole: same.map { $0.matrix[row, column] }) }
        })
    }
  }
}

/// What the router did in the runs of one order.
public struct InferredMatrices: Sendable, Equatable, Encodable {
  /// R with the task of each row inferred.
  public let scores: OrderMatrix
  /// The share of a task's rows that were taken for its own.
  public let routerAccuracy: OrderMatrix
  /// The share of a task's rows that were taken for no learned task's.
  public let unknownRate: OrderMatrix

  static func of(_ runs: [ReportedRun]) -> [InferredMatrices] {
    let inferred = runs.filter { $0.inferred != nil }
    func matrices(_ scores: (InferredMatrixFile) -> [[Double?]]) -> [OrderMatrix] {
      OrderMatrix.of(
        inferred.compactMap { run in
          guard let file = run.inferred,
            let matrix = try? TaskMatrix(tasks: file.matrix.tasks, scores: scores(file))  // checked when it was read
          else { return nil }
          return (run, matrix)
        })
    }
    return zip(matrices(\.matrix.scores), zip(matrices(\.routerAccuracy), matrices(\.unknownRate))).map {
      InferredMatrices(scores: $0, routerAccuracy: $1.0, unknownRate: $1.1)
    }
  }
}
