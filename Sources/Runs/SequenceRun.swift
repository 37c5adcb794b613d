import Decoder
import Experts
import Files
public import Foundation
import Learning
import Streams
import Torch

/// Learns a sequence of tasks and keeps its folder: the way from a configuration to a full matrix.
///
/// After every task all tasks are scored, the ones to come included. What is on disk is always a whole number of tasks.
public final class SequenceRun {
  public let folder: RunFolder
  public let configuration: RunConfiguration
  public let base: Base
  public let tasks: [PreparedTask]
  public let manifest: Manifest

  let method: any ContinualMethod
  let heads: TaskHeads?
  let report: (RunProgress) -> Void
  var matrix: TaskMatrix
  var costs: [TaskCosts]
  var learned: Int
  /// Where the event files are cut before the run goes on.
  private let eventBytes: UInt64
  private let timingBytes: UInt64
  /// Open while ``run()`` works.
  var events: EventLog?
  var timings: EventLog?
  /// The last predictions of each task and the digest of everything that they depend on.
  var scored: [String: Scored] = [:]

  struct Scored {
    let dependencies: Digest
    let predictions: [Prediction]
  }

  private init(_ stored: StoredRun, base: Base, tasks: [PreparedTask], report: @escaping (RunProgress) -> Void) {
    folder = stored.folder
    manifest = stored.manifest
    configuration = stored.manifest.configuration
    self.base = base
    self.tasks = tasks
    self.report = report
    method = stored.method
    heads = stored.heads
    matrix = stored.matrix
    costs = stored.costs
    learned = stored.learned.count
    eventBytes = stored.checkpoint?.eventBytes ?? 0
    timingBytes = stored.checkpoint?.timingBytes ?? 0
  }

  /// A new run in a folder that does not exist yet.
  ///
  /// Everything that can be wrong with base, data and options is found before the folder is made.
  /// - Throws: errors of all layers; see each module's error type.
  public static func start(
    _ configuration: RunConfiguration, in url: URL, report: @escaping (RunProgress) -> Void = { _ in }
  ) throws -> SequenceRun {
    let folder = RunFolder(url)
    guard !FileManager.default.fileExists(atPath: url.path) else { throw RunError.folderExists(url.path) }
    let (base, tasks, manifest) = try prepare(configuration, report)
    try folder.create()
    do {
      try JSONFile.write(manifest, to: folder.manifest)
    } catch {
      // Without a manifest it is no run: it could neither be resumed nor, being there, be started again.
      try? FileManager.default.removeItem(at: url)
      throw error
    }
    report(.prepared(rows: tasks.map { ($0.task.name, $0.counts) }))
    return SequenceRun(try StoredRun(url, model: base.model), base: base, tasks: tasks, report: report)
  }

  /// The run of an existing folder, as it was after its last learned task, or after `learned` of them. Nothing on disk changes
  /// until ``run()``.
  /// - Throws: ``RunError/changed(folder:what:recorded:now:)`` when anything that decides the result has changed.
  public static func open(
    _ url: URL, after learned: Int? = nil, report: @escaping (RunProgress) -> Void = { _ in }
  ) throws -> SequenceRun {
    let recorded = try RunFolder(url).readManifest()
    let (base, tasks, now) = try prepare(recorded.configuration, report)
    try recorded.requireUnchanged(now, folder: url)
    return SequenceRun(
      try StoredRun(url, model: base.model, after: learned), base: base, tasks: tasks, report: report)
  }

  private static func prepare(
    _ configuration: RunConfiguration, _ report: (RunProgress) -> Void
  ) throws -> (Base, [PreparedTask], Manifest) {
    try configuration.validate()
    try TorchRuntime.setThreads(configuration.threads)
    let suite = try configuration.source.taskSuite()
    let names = try suite.taskNames(order: configuration.source.order)
    for name in Set(names) where names.count(where: { $0 == name }) > 1 { throw RunError.sameTaskTwice(name) }
    let base = try Base(
      folder: URL(fileURLWithPath: configuration.base), on: Device(configuration.device),
      precision: configuration.weights)
    let tasks = try names.enumerated().map { arrival, name in
      report(.preparing(task: name))
      return try PreparedTask(suite.task(named: name), arrival: arrival, base: base, configuration: configuration)
    }
    return (base, tasks, try Manifest.make(configuration, base: base, suite: suite, tasks: tasks))
  }

  /// Tasks that have been learned.
  public var learnedTasks: Int { learned }
  public var currentMatrix: TaskMatrix { matrix }
  public var currentCosts: [TaskCosts] { costs }

  /// Learns every task that is left.
  /// - Throws: what stops learning; the folder then holds the tasks learned so far.
  public func run() throws {
    events = try EventLog(folder.inside(folder.events), keeping: eventBytes)
    timings = try EventLog(folder.inside(folder.timings), keeping: timingBytes)
    try reuseLastRow()
    if learned == 0, matrix[0, 0] == nil {
      try scoreRow(0)
      try saveCheckpoint()
    }
    while learned < tasks.count {
      try learn(tasks[learned])
    }
    try writeResults()
  }
}
