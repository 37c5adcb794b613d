import Foundation
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

    /// What earlier versions called some metrics.
    private static let earlier = ["strangers found": "OOD detection rate", "unknown": "OOD false alarm rate"]

    public init(name: String, formula: String, value: Double, interval95: BootstrapInterval?, n: Int, seed: UInt64) {
      (self.name, self.formula, self.value, self.interval95, self.n, self.seed) = (
        name, formula, value, interval95, n, seed
      )
    }

    /// Reads a metric, also one that an earlier version called otherwise.
    /// - Throws: `DecodingError`.
    public init(from decoder: any Decoder) throws {
      let keys = try decoder.container(keyedBy: CodingKeys.self)
      let (written, text) = (
        try keys.decode(String.self, forKey: .name), try keys.decode(String.self, forKey: .formula)
      )
      name = Self.earlier[written] ?? written
      let renamed = Self.earlier[written].map { "\($0) = \(text.dropFirst(written.count + 3))" } ?? text
      // Earlier formulas called such rows unknown, one of them also under today's name.
      formula =
        Self.earlier.values.contains(name)
        ? renamed.replacing("called unknown", with: "called out-of-distribution") : renamed
      value = try keys.decode(Double.self, forKey: .value)
      interval95 = try keys.decodeIfPresent(BootstrapInterval.self, forKey: .interval95)
      n = try keys.decode(Int.self, forKey: .n)
      seed = try keys.decode(UInt64.self, forKey: .seed)
    }
  }

  public var method: String
  public var order: Int
  public var seed: UInt64
  public var evaluatedOn: String
  public var outputHead: OutputHead
  public var tasksLearned: Int
  public var metrics: [Metric]
  /// The same of `matrix-legacy.json`; `nil` where there is none.
  public var legacyMetrics: [Metric]?
  /// A_1 … A_T, see ``TaskMatrix/averageAccuracyCurveFormula``; empty while tasks are left to learn.
  public var averageAccuracyCurve: [Double?]
  public var costs: [TaskCosts]
  /// What a reader must know of a complete run: tasks of which nothing was learned, a base meant only for trying out. `nil` while tasks are
  /// left to learn, and in folders of versions that did not record it.
  public var warnings: [String]?

  /// The metrics of a complete run; of an incomplete one there are only the costs.
  ///
  /// - Parameters:
  ///   - manifest: Of the run.
  ///   - folder: With the predictions, which are read when no task is left to learn.
  ///   - routed: The scores with the task inferred; `nil` where the method has no router.
  ///   - learned: How many tasks are.
  ///   - costs: Of the learned tasks.
  /// - Throws: `FileError` where predictions cannot be read; ``MetricError``.
  package init(
    _ manifest: Manifest, of folder: RunFolder, routed: RoutedScores?, learned: Int, costs: [TaskCosts]
  ) throws {
    let isComplete = learned == manifest.tasks.count
    try self.init(
      manifest, isComplete ? RunOutcomes(manifest, of: folder, routed: routed) : nil, learned: learned, costs: costs,
      warnings: isComplete ? RunWarnings.texts(manifest, of: folder) : nil)
  }

  /// The metrics of outcomes.
  ///
  /// - Parameters:
  ///   - manifest: Of the run.
  ///   - outcomes: Of the complete run; `nil` while tasks are left to learn.
  ///   - learned: How many tasks are.
  ///   - costs: Of the learned tasks.
  ///   - warnings: Of the complete run, see ``RunWarnings``; they follow from answers, not from outcomes alone.
  /// - Throws: ``MetricError``.
  package init(
    _ manifest: Manifest, _ outcomes: RunOutcomes?, learned: Int, costs: [TaskCosts], warnings: [String]?
  ) throws {
    let configuration = manifest.configuration
    method = configuration.method
    order = configuration.source.order
    seed = configuration.seed
    evaluatedOn = configuration.evaluateOn.rawValue
    outputHead = configuration.outputHead
    tasksLearned = learned
    self.costs = costs
    self.warnings = warnings
    metrics = []
    averageAccuracyCurve = []
    guard let outcomes else { return }
    averageAccuracyCurve = try outcomes.clean.matrix().averageAccuracyCurve
    metrics = try Self.metrics(Self.ofMatrix, outcomes.clean, manifest, .clean)
    legacyMetrics = try outcomes.legacy.map { try Self.metrics(Self.ofMatrix, $0, manifest, .legacy) }
    if let inferred = outcomes.inferred { try add(inferred.scores, inferred.outcomes, manifest) }
    if let stripping = outcomes.stripping { add(stripping) }
  }

  /// What nobody would have to look at, of tasks with two labels.
  private mutating func add(_ stripping: HeldOutStripping) {
    func add(_ name: String, _ formula: String, _ value: Double?, _ interval: BootstrapInterval?, _ n: Int) {
      guard let value else { return }
      metrics.append(Metric(name: name, formula: formula, value: value, interval95: interval, n: n, seed: seed))
    }
    add("stripping rate", HeldOutStripping.rateFormula, stripping.rate, stripping.rateInterval, stripping.n)
    add(
      "stripping precision", HeldOutStripping.precisionFormula, stripping.precision, stripping.precisionInterval,
      stripping.decided)
    add("stripping rate, oracle", HeldOutStripping.oracleFormula, stripping.oracle, nil, stripping.n)
  }

  private typealias Candidate = (name: String, formula: String, value: (TaskMatrix) -> Double?)

  private static var ofMatrix: [Candidate] {
    [
      ("ACC", TaskMatrix.averageAccuracyFormula, \.averageAccuracy),
      ("BWT", TaskMatrix.backwardTransferFormula, \.backwardTransfer),
      ("FWT", TaskMatrix.forwardTransferFormula, \.forwardTransfer),
      ("FGT", TaskMatrix.forgettingFormula, \.forgetting),
      ("LA", TaskMatrix.learningAccuracyFormula, \.learningAccuracy),
    ]
  }

  private static func metrics(
    _ candidates: [Candidate], _ outcomes: Outcomes, _ manifest: Manifest, _ column: ScoreColumn
  ) throws -> [Metric] {
    let (matrix, seed) = (try outcomes.matrix(), manifest.configuration.seed)
    let rows = (outcomes.cells.last ?? []).reduce(0) { $0 + ($1?.count ?? 0) }
    let meaning = manifest.isPlainAccuracy ? "" : "; R: \(manifest.scoreName(column))"
    let intervals = try BootstrapInterval.intervals(outcomes, seed: seed, of: candidates.map(\.value))
    return zip(candidates, intervals).compactMap { candidate, interval in
      candidate.value(matrix).map {
        Metric(
          name: candidate.name, formula: candidate.formula + meaning, value: $0, interval95: interval, n: rows,
          seed: seed)
      }
    }
  }

  /// What became of the rows when nobody said which task they belong to.
  private mutating func add(_ routed: RoutedScores, _ outcomes: Outcomes, _ manifest: Manifest) throws {
    func inferred(_ formula: String) -> String {
      formula.replacing(" =", with: ", task inferred =", maxReplacements: 1)
    }
    metrics += try Self.metrics(
      [
        ("ACC, task inferred", inferred(TaskMatrix.averageAccuracyFormula), \.averageAccuracy),
        ("BWT, task inferred", inferred(TaskMatrix.backwardTransferFormula), \.backwardTransfer),
      ], outcomes, manifest, .clean)
    // Every scored row is routed, also those that the clean column leaves out.
    let counts = manifest.tasks.map { manifest.rows[$0]?.scored ?? 0 }
    let (detected, strange) = routed.detected(counts)
    let rates = [
      (
        "router accuracy", "mean over tasks of the share of rows sent to their task, after the last one",
        routed.routerAccuracy.averageAccuracy, counts.reduce(0, +)
      ),
      (
        "OOD false alarm rate", "mean over tasks of the share of rows called out-of-distribution, after the last one",
        routed.unknownRate.averageAccuracy, counts.reduce(0, +)
      ),
      (
        "OOD detection rate",
        "mean over rows 1 … T−1 and the tasks to come of the share of rows called out-of-distribution",
        detected, strange
      ),
    ]
    for (name, formula, value, rows) in rates {
      guard let value else { continue }
      metrics.append(
        Metric(name: name, formula: "\(name) = \(formula)", value: value, interval95: nil, n: rows, seed: seed))
    }
  }
}

extension RunMetrics {
  /// Reads metrics, also those of a version that called the output head `readOut`.
  /// - Throws: `DecodingError`.
  public init(from decoder: any Decoder) throws {
    let keys = try decoder.container(keyedBy: CodingKeys.self)
    method = try keys.decode(String.self, forKey: .method)
    order = try keys.decode(Int.self, forKey: .order)
    seed = try keys.decode(UInt64.self, forKey: .seed)
    evaluatedOn = try keys.decode(String.self, forKey: .evaluatedOn)
    outputHead = try OutputHead.decoded(from: decoder, keys, .outputHead)
    tasksLearned = try keys.decode(Int.self, forKey: .tasksLearned)
    metrics = try keys.decode([Metric].self, forKey: .metrics)
    legacyMetrics = try keys.decodeIfPresent([Metric].self, forKey: .legacyMetrics)
    averageAccuracyCurve = try keys.decode([Double?].self, forKey: .averageAccuracyCurve)
    costs = try keys.decode([TaskCosts].self, forKey: .costs)
    warnings = try keys.decodeIfPresent([String].self, forKey: .warnings)
  }
}
