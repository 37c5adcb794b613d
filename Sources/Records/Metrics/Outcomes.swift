import Files
import Randomness

/// What was answered in every cell of a task matrix: what confidence intervals are made from.
public struct Outcomes: Sendable, Equatable {
  /// The names of the tasks in the order in which they are learned.
  public let tasks: [String]
  /// T + 1 rows of T cells; `nil` where a task was not scored. The rows of a column are the same examples in the same order.
  public let cells: [[Outcome?]]

  /// - Throws: ``MetricError`` if the shape is another, or cells of a column have different numbers of examples.
  public init(tasks: [String], cells: [[Outcome?]]) throws {
    guard cells.count == tasks.count + 1 else {
      throw MetricError.shape(what: "rows of outcomes", expected: tasks.count + 1, got: cells.count)
    }
    for row in cells where row.count != tasks.count {
      throw MetricError.shape(what: "cells in a row of outcomes", expected: tasks.count, got: row.count)
    }
    for column in tasks.indices {
      let counts = cells.compactMap { $0[column]?.count }
      for count in counts where count != counts[0] || count == 0 {
        throw MetricError.shape(what: "examples of task \(tasks[column])", expected: max(counts[0], 1), got: count)
      }
    }
    self.tasks = tasks
    self.cells = cells
  }

  /// The scores.
  public func matrix() throws -> TaskMatrix {
    try TaskMatrix(tasks: tasks, scores: cells.map { $0.map { $0?.score } })
  }

  /// The scores on examples drawn with replacement: for each task one draw, with which all cells of its column are scored, as
  /// they rest on the same examples.
  func resampled(_ stream: inout RandomStream) throws -> TaskMatrix {
    var scores = cells.map { $0.map { $0 == nil ? nil : Double?(0) } }
    for column in tasks.indices {
      guard let count = cells.lazy.compactMap({ $0[column]?.count }).first else { continue }
      let draws = (0..<count).map { _ in stream.below(count) }
      for row in cells.indices {
        guard let cell = cells[row][column] else { continue }
        scores[row][column] = cell.score(of: draws)
      }
    }
    return try TaskMatrix(tasks: tasks, scores: scores)
  }
}

/// An interval from resampled examples (percentile bootstrap; Efron 1979). It covers the choice of test rows, not that of seeds.
public struct BootstrapInterval: Sendable, Codable, Equatable {
  public static let formula = "2.5 % and 97.5 % of the metric over examples drawn with replacement, task by task"

  public let lower: Double
  public let upper: Double
  public let draws: Int
  public let seed: UInt64

  /// - Parameters:
  ///   - outcomes: Of all cells.
  ///   - draws: How many times.
  ///   - seed: Of the draws.
  ///   - metrics: Computed from each drawn matrix.
  /// - Returns: One interval for each metric; `nil` where it has no value.
  static func intervals(
    _ outcomes: Outcomes, draws: Int = 1000, seed: UInt64, of metrics: [(TaskMatrix) -> Double?]
  ) throws -> [BootstrapInterval?] {
    var stream = RandomStream(seed: seed, "bootstrap")
    var values = [[Double]](repeating: [], count: metrics.count)
    for _ in 0..<draws {
      let matrix = try outcomes.resampled(&stream)
      for (number, metric) in metrics.enumerated() {
        if let value = metric(matrix) { values[number].append(value) }
      }
    }
    return values.map { BootstrapInterval(of: $0, draws: draws, seed: seed) }
  }
}

extension BootstrapInterval {
  /// - Parameters:
  ///   - values: One of each draw.
  ///   - draws: How many there were.
  ///   - seed: Of the draws.
  /// - Returns: `nil` without draws, or if one of them has no value.
  init?(of values: [Double], draws: Int, seed: UInt64) {
    guard values.count == draws, draws > 0 else { return nil }
    let sorted = values.sorted()
    func quantile(_ share: Double) -> Double {
      sorted[min(max(Int(saturating: (share * Double(draws)).rounded(.down)), 0), draws - 1)]
    }
    self.init(lower: quantile(0.025), upper: quantile(0.975), draws: draws, seed: seed)
  }
}
