import Records

/// The finished runs of one method: what differs between them is the order of the tasks and the seed.
public struct RunGroup: Sendable, Equatable, Encodable {
  /// One run of the group.
  public struct Member: Sendable, Equatable, Encodable {
    /// The shortest end of its folder's path that tells it from the other runs.
    public let name: String
    public let order: Int
    public let seed: UInt64
    /// In the order of learning.
    public let tasks: [String]
  }

  /// The method, and the settings that tell it from other groups of the same method.
  public let name: String
  public let method: String
  /// By order, then seed.
  public let members: [Member]
  /// Metrics and costs, by the name of their ``Measure``.
  public let values: [String: Estimate]
  /// Scored rows behind a metric in each run, from the fewest to the most, by the name of the metric.
  public let rows: [String: [Int]]
  /// The score of each task after the last one, by task.
  public let endings: [String: Estimate]
  /// A_1 … A_T: `TaskMatrix.averageAccuracyCurveFormula`.
  public let curve: [Estimate?]
  /// Bytes of all tensors of the method after each task.
  public let bytes: [Estimate?]
  /// R, one matrix for each order.
  public let matrices: [OrderMatrix]
  /// As ``matrices`` where the task of each row was inferred; empty where none was.
  public let inferred: [InferredMatrices]
  public let statistics: [LayerStatistics]
  /// Of the first member.
  public let losses: LossCourse
  /// Of each task; empty where predictions are missing.
  public let changes: [GroupChanges]
  /// By key.
  public let settings: [String: String]

  /// - Parameter settings: Those that all of the runs share.
  init(_ runs: [ReportedRun], name: String, folders: [String], settings: RunSettings) {
    self.name = name
    self.settings = settings.values
    method = runs.first?.manifest.configuration.method ?? ""
    members = zip(runs, folders).map { Member($0, name: $1) }
    values = Self.values(runs)
    rows = Self.rows(runs)
    let matrices = runs.map(\.matrix)
    endings = Dictionary(
      uniqueKeysWithValues: (runs.first?.manifest.tasks ?? []).compactMap { task in
        Estimate(whole: matrices.map { $0.ending(of: task) }).map { (task, $0) }
      })
    let count = runs.first?.manifest.tasks.count ?? 0
    let (curves, costs) = (matrices.map(\.averageAccuracyCurve), runs.map { $0.metrics?.costs ?? [] })
    curve = (0..<count).map { stage in Estimate(whole: curves.map { $0[safe: stage] ?? nil }) }
    bytes = (0..<count).map { stage in
      Estimate(whole: costs.map { $0[safe: stage].map { Double($0.methodBytes) } })
    }
    self.matrices = OrderMatrix.of(runs.map { ($0, $0.matrix) })
    inferred = InferredMatrices.of(runs)
    statistics = LayerStatistics.of(runs)
    losses = runs.first?.losses ?? .empty
    changes = GroupChanges.of(runs)
  }

  private static func values(_ runs: [ReportedRun]) -> [String: Estimate] {
    var result: [String: Estimate] = [:]
    for name in Set(runs.flatMap { $0.metrics?.metrics.map(\.name) ?? [] }) {
      let found = runs.map { $0.metrics?.metrics.first { $0.name == name } }
      result[name] = Estimate(whole: found.map { $0?.value }, interval: found.first??.interval95)
    }
    for cost in Measure.costs {
      result[cost.measure.name] = Estimate(whole: runs.map { cost.value($0.metrics?.costs ?? []) })
    }
    return result
  }

  private static func rows(_ runs: [ReportedRun]) -> [String: [Int]] {
    let all = runs.flatMap { $0.metrics?.metrics.map { ($0.name, $0.n) } ?? [] }
    return Dictionary(grouping: all, by: \.0).mapValues { Set($0.map(\.1)).sorted() }
  }
}

extension RunGroup.Member {
  init(_ run: ReportedRun, name: String) {
    let configuration = run.manifest.configuration
    self.init(name: name, order: configuration.source.order, seed: configuration.seed, tasks: run.manifest.tasks)
  }
}

extension TaskMatrix {
  /// The score of a task after the last one.
  func ending(of task: String) -> Double? {
    tasks.firstIndex(of: task).flatMap { self[tasks.count, $0] }
  }
}
