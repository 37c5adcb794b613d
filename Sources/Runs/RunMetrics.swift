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
  /// - Parameters:
  ///   - outcomes: of every cell; nil while tasks are left to learn.
  ///   - routed: the same with the task inferred; nil where the method has no router.
  init(
    _ configuration: RunConfiguration, outcomes: Outcomes?, routed: (scores: RoutedScores, outcomes: Outcomes)? = nil,
    learned: Int, costs: [TaskCosts]
  ) throws {
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
    averageAccuracyCurve = try outcomes.matrix().averageAccuracyCurve
    try add(
      [
        ("ACC", TaskMatrix.averageAccuracyFormula, \.averageAccuracy),
        ("BWT", TaskMatrix.backwardTransferFormula, \.backwardTransfer),
        ("FWT", TaskMatrix.forwardTransferFormula, \.forwardTransfer),
        ("FGT", TaskMatrix.forgettingFormula, \.forgetting),
        ("LA", TaskMatrix.learningAccuracyFormula, \.learningAccuracy),
      ], of: outcomes)
    guard let routed else { return }
    func inferred(_ formula: String) -> String {
      formula.replacing(" =", with: ", task inferred =", maxReplacements: 1)
    }
    try add(
      [
        ("ACC, task inferred", inferred(TaskMatrix.averageAccuracyFormula), \.averageAccuracy),
        ("BWT, task inferred", inferred(TaskMatrix.backwardTransferFormula), \.backwardTransfer),
      ], of: routed.outcomes)
    let rows = Self.rows(routed.outcomes)
    if let accuracy = routed.scores.routerAccuracy.averageAccuracy {
      metrics.append(
        Metric(
          name: "router accuracy",
          formula: "router accuracy = mean over tasks of the share of rows sent to their task, after the last one",
          value: accuracy, interval95: nil, n: rows, seed: seed))
    }
    if let rate = routed.scores.unknownRate.averageAccuracy {
      metrics.append(
        Metric(
          name: "unknown", formula: "unknown = mean over tasks of the share of rows called unknown, after the last one",
          value: rate, interval95: nil, n: rows, seed: seed))
    }
    let (rate, count) = routed.scores.strangers(n: routed.outcomes)
    if let rate {
      metrics.append(
        Metric(
          name: "strangers found",
          formula: "strangers found = mean over rows 1 … T−1 and the tasks to come of the share of rows called unknown",
          value: rate,
          interval95: nil, n: count, seed: seed))
    }
  }

  /// Rows behind the last row of the matrix.
  private static func rows(_ outcomes: Outcomes) -> Int {
    (outcomes.right.last ?? []).reduce(0) { $0 + ($1?.count ?? 0) }
  }

  private mutating func add(
    _ candidates: [(name: String, formula: String, value: (TaskMatrix) -> Double?)], of outcomes: Outcomes
  ) throws {
    let matrix = try outcomes.matrix()
    let rows = Self.rows(outcomes)
    let intervals = try BootstrapInterval.intervals(outcomes, seed: seed, of: candidates.map(\.value))
    for (candidate, interval) in zip(candidates, intervals) {
      guard let value = candidate.value(matrix) else { continue }
      metrics.append(
        Metric(
          name: candidate.name, formula: candidate.formula, value: value, interval95: interval, n: rows,
          seed: seed))
    }
  }
}
