import Files
public import Foundation
public import Generation
public import Registry
import Review

/// What the loop does in production: rows from content review, versions and releases of a registry, training in a child process.
public final class LoopProduction: LoopActions {
  let registry: Registry
  let store: LoopStore
  let desk: any LoopDesk
  let settings: Settings
  let files: LoopFiles
  let trainings: LoopTrainings

  /// What does not follow from registry and policies.
  public struct Settings: Sendable {
    /// The program that learns: `accrete`.
    public var program: URL
    /// Further options of `accrete learn`.
    public var learnOptions: [String] = []
    /// Minutes of training; `nil`: no limit.
    public var minutes: Double?
    /// What a version may cost.
    public var budget = CostBudget()
    /// How much of a set may come from one place.
    public var cleaning = CleaningLimits()
    /// How much worse a candidate may be, as a share.
    public var margin = 0.01
    /// Threads of the gates' computations.
    public var threads = 1
    /// Loads the registry's base.
    public var base: @Sendable () throws -> Base

    /// The usual settings.
    ///
    /// - Parameter program: The program that learns.
    /// - Parameter base: Loads the registry's base.
    public init(program: URL, base: @escaping @Sendable () throws -> Base) {
      self.program = program
      self.base = base
    }
  }

  /// Who does it, in audits.
  static let actor = "loop"

  /// Makes the actions of a registry.
  ///
  /// - Parameter registry: The registry, opened for writing.
  /// - Parameter store: The loop's database in its folder.
  /// - Parameter desk: Content review.
  /// - Parameter settings: What does not follow from these.
  public init(_ registry: Registry, _ store: LoopStore, desk: any LoopDesk, settings: Settings) {
    self.registry = registry
    self.store = store
    self.desk = desk
    self.settings = settings
    files = LoopFiles(in: registry.url)
    trainings = LoopTrainings(registry: registry.url, settings: settings)
  }

  public func tasks() throws -> [String] { try desk.loopTasks() }

  public func facts(of task: String, after: Int) throws -> LoopFacts {
    try removeOldFiles()
    return try desk.loopFacts(of: task, after: after)
  }

  /// Removes files of jobs that have ended: what holds texts is not kept longer than it is used.
  private func removeOldFiles() throws {
    let there = files.quiet()
    guard !there.isEmpty else { return }
    let needed = try store.jobs().reduce(into: Set<Digest>()) { needed, job in
      let inputs = job.inputs
      for digest in [inputs.rows, inputs.set, inputs.cleaning, inputs.manifest] + inputs.certificates {
        if let digest { needed.insert(digest) }
      }
    }
    for digest in there where !needed.contains(digest) { files.remove(digest) }
  }

  public func servedRelease() throws -> Int? { try registry.currentReleaseRecord()?.revision }

  public func stoppedSide(_ job: LoopJob) throws -> String? { try desk.stoppedSide(of: job.task, since: job.since) }

  public func measures(_ job: LoopJob, since: Date) throws -> (candidate: ArmMeasures, served: ArmMeasures) {
    try store.measures(of: job.inputs.require(\.manifest, "a release", of: job), since: since)
  }

  public func pairs(_ job: LoopJob, after: Int) throws -> [ShadowPair] {
    let manifest = try job.inputs.require(\.manifest, "a release", of: job)
    try keepThere(job)
    let rows = try desk.loopRows(of: job.task, after: after, upTo: .max).filter {
      // The yardstick: rows that nothing chose.
      RowUse.measure.refusal(of: $0.standing) == nil
    }
    let decided = try store.shadows(of: rows.map(\.id), manifest)
    return rows.compactMap { row in
      guard let labels = decided[row.id] else { return nil }
      return ShadowPair(
        sequence: row.place, servedIsRight: labels.served?.hasSameCodePoints(as: row.label) ?? false,
        candidateIsRight: labels.candidate?.hasSameCodePoints(as: row.label) ?? false)
    }
  }
}

extension LoopInputs {
  /// What an action needs.
  ///
  /// - Throws: ``LoopError/missing(task:state:what:)``.
  func require<Value>(_ part: KeyPath<LoopInputs, Value?>, _ what: String, of job: LoopJob) throws -> Value {
    guard let value = self[keyPath: part] else {
      throw LoopError.missing(task: job.task, state: job.state, what: what)
    }
    return value
  }
}
