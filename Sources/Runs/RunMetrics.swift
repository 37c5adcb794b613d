import Foundation
public import Learning
import Streams

/// `metrics.json`: every number with its formula, how many rows it rests on, and the costs beside it.
public struct RunMetrics: Sendable, Codable, Equatable {
  /// One number and what it is.
  public struct Metric: Sendable, Codable, Equatable {
    public var name: String
    public var formula: String
    public var value: Double
    /// Half the width of the 95 % interval from the test rows alone (binomial, normal approximation); nil where rows of
    /// several cells are the same examples and it does not apply.
    public var interval95: Double?
    /// Scored rows behind the number.
    public var n: Int
    public var seed: UInt64
  }

  public var method: String
  public var order: Int
  public var seed: UInt64
  public var evaluatedOn: String
  public var readOut: ReadOutKind
  public var tasksLearned: Int
  public var metrics: [Metric]
  public var costs: [TaskCosts]

  /// The metrics of a complete matrix; of an incomplete one there are only the costs.
  init(_ run: SequenceRun) {
    let matrix = run.matrix
    let configuration = run.configuration
    let counts = run.tasks.map(\.evaluated.count)
    let rows = counts.reduce(0, +)
    method = configuration.method
    order = configuration.source.order
    seed = configuration.seed
    evaluatedOn = configuration.evaluateOn.rawValue
    readOut = configuration.readOut
    tasksLearned = run.learned
    costs = run.costs
    metrics = []
    guard run.learned == run.tasks.count else { return }
    let last = (0..<counts.count).compactMap { matrix[counts.count, $0] }
    let variance = zip(last, counts).reduce(0.0) { $0 + $1.0 * (1 - $1.0) / Double(max($1.1, 1)) }
    let candidates: [(String, String, Double?, Double?)] = [
      (
        "ACC", TaskMatrix.averageAccuracyFormula, matrix.averageAccuracy,
        1.96 * variance.squareRoot() / Double(max(counts.count, 1))
      ),
      ("BWT", TaskMatrix.backwardTransferFormula, matrix.backwardTransfer, nil),
      ("FWT", TaskMatrix.forwardTransferFormula, matrix.forwardTransfer, nil),
    ]
    for (name, formula, value, interval) in candidates {
      guard let value else { continue }
      metrics.append(
        Metric(name: name, formula: formula, value: value, interval95: interval, n: rows, seed: configuration.seed))
    }
  }
}
