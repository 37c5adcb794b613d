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
    /// 95 % interval from the test rows.
    public var interval95: BootstrapInterval?
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
  /// A_1 … A_T, see ``TaskMatrix/averageAccuracyCurveFormula``; empty while tasks are left to learn.
  public var averageAccuracyCurve: [Double?]
  public var costs: [TaskCosts]

  /// The metrics of a complete run; of an incomplete one there are only the costs.
  ///
  /// - Parameter outcomes: of every cell; nil while tasks are left to learn.
  init(_ configuration: RunConfiguration, outcomes: Outcomes?, learned: Int, costs: [TaskCosts]) throws {
    method = configuration.method
    order = configuration.source.order
    seed = configuration.seed
    evaluatedOn = configuration.evaluateOn.rawValue
    readOut = configuration.readOut
    tasksLearned = learned
    self.costs = costs
    metrics = []
    averageAccuracyCurve = []
    guard let outcomes else { return }
    let matrix = try outcomes.matrix()
    averageAccuracyCurve = matrix.averageAccuracyCurve
    let rows = (outcomes.right.last ?? []).reduce(0) { $0 + ($1?.count ?? 0) }
    let candidates: [(name: String, formula: String, value: (TaskMatrix) -> Double?)] = [
      ("ACC", TaskMatrix.averageAccuracyFormula, \.averageAccuracy),
      ("BWT", TaskMatrix.backwardTransferFormula, \.backwardTransfer),
      ("FWT", TaskMatrix.forwardTransferFormula, \.forwardTransfer),
      ("FGT", TaskMatrix.forgettingFormula, \.forgetting),
      ("LA", TaskMatrix.learningAccuracyFormula, \.learningAccuracy),
    ]
    let intervals = try BootstrapInterval.intervals(
      outcomes, seed: configuration.seed, of: candidates.map(\.value))
    for (candidate, interval) in zip(candidates, intervals) {
      guard let value = candidate.value(matrix) else { continue }
      metrics.append(
        Metric(
          name: candidate.name, formula: candidate.formula, value: value, interval95: interval, n: rows,
          seed: configuration.seed))
    }
  }
}
