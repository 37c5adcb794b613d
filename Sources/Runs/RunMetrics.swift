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
  /// The same of `matrix-legacy.json`; nil where there is none.
  public var legacyMetrics: [Metric]?
  /// A_1 … A_T, see ``TaskMatrix/averageAccuracyCurveFormula``; empty while tasks are left to learn.
  public var averageAccuracyCurve: [Double?]
  public var costs: [TaskCosts]

  /// The metrics of a complete run; of an incomplete one there are only the costs.
  ///
  /// - Parameters:
  ///   - manifest: of the run.
  ///   - folder: with the predictions, which are read when no task is left to learn.
  ///   - learned: how many tasks are.
  ///   - costs: of the learned tasks.
  /// - Throws: `FileError` where predictions cannot be read; ``MetricError``.
  init(_ manifest: Manifest, of folder: RunFolder, learned: Int, costs: [TaskCosts]) throws {
    let configuration = manifest.configuration
    method = configuration.method
    order = configuration.source.order
    seed = configuration.seed
    evaluatedOn = configuration.evaluateOn.rawValue
    readOut = configuration.readOut
    tasksLearned = learned
    self.costs = costs
    metrics = []
    averageAccuracyCurve = []
    guard learned == manifest.tasks.count, let clean = try folder.outcomes(manifest, .clean) else { return }
    averageAccuracyCurve = try clean.matrix().averageAccuracyCurve
    metrics = try Self.metrics(clean, manifest, .clean)
    legacyMetrics = try folder.outcomes(manifest, .legacy).map { try Self.metrics($0, manifest, .legacy) }
  }

  private static func metrics(_ outcomes: Outcomes, _ manifest: Manifest, _ column: ScoreColumn) throws -> [Metric] {
    let (matrix, seed) = (try outcomes.matrix(), manifest.configuration.seed)
    let rows = (outcomes.cells.last ?? []).reduce(0) { $0 + ($1?.count ?? 0) }
    let meaning = manifest.isPlainAccuracy ? "" : "; R: \(manifest.scoreName(column))"
    let candidates: [(name: String, formula: String, value: (TaskMatrix) -> Double?)] = [
      ("ACC", TaskMatrix.averageAccuracyFormula, \.averageAccuracy),
      ("BWT", TaskMatrix.backwardTransferFormula, \.backwardTransfer),
      ("FWT", TaskMatrix.forwardTransferFormula, \.forwardTransfer),
      ("FGT", TaskMatrix.forgettingFormula, \.forgetting),
      ("LA", TaskMatrix.learningAccuracyFormula, \.learningAccuracy),
    ]
    let intervals = try BootstrapInterval.intervals(outcomes, seed: seed, of: candidates.map(\.value))
    return zip(candidates, intervals).compactMap { candidate, interval in
      candidate.value(matrix).map {
        Metric(
          name: candidate.name, formula: candidate.formula + meaning, value: $0, interval95: interval, n: rows,
          seed: seed)
      }
    }
  }
}
