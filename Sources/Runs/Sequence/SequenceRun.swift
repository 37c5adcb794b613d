import Decoder
import Experts
public import Files
public import Foundation
public import Generation
import Learning
import ModelConfiguration
public import Records
import Streams
import TaskModels
import Torch

/// Learns a sequence of tasks and keeps its folder: the way from a configuration to a full matrix.
///
/// After every task all tasks are scored, the ones to come included. A run can be stopped or killed at any moment and goes on from
/// its last checkpoint (`SequenceRun+Checkpoints.swift`).
public final class SequenceRun {
  public let folder: RunFolder
  public let configuration: RunConfiguration
  public let base: Base
  public let tasks: [PreparedTask]
  public let manifest: Manifest

  let method: any ContinualMethod
  let heads: TaskHeads?
  /// The closed-form heads that are solved; `nil` where the output head has none.
  var combined: CombinedHeads?
  let report: (RunProgress) -> Void
  var matrix: TaskMatrix
  var costs: [TaskCosts]
  var learned: Int
  /// Where `events.jsonl` is cut before the run goes on.
  private let eventBytes: UInt64
  /// The checkpoint that it goes on from.
  let position: CheckpointPosition?
  /// What the last checkpoint between two tasks holds: the next one need not write it again.
  var stored = CheckpointIndex()
  /// The task that was being learned when the state was stored; `nil` once it goes on.
  var stopped: TrainingState?
  /// Seconds that it had taken so far.
  var stoppedSeconds: Double
  /// Held while this run may write to the folder.
  private let lock: RunLock?
  /// What somebody outside asks for.
  var requests: () -> RunRequest? = { nil }
  var pace: CheckpointPace.Clock
  /// Open while ``run()`` works.
  var events: EventLog?
  var timings: EventLog?
  /// The last answers to each task and the digest of everything that they depend on.
  var scored: [String: Scored] = [:]
  var sideColumns: SideColumns
  /// Scores with the task inferred; `nil` where the method has no router, and before the first task.
  var routed: RoutedScores?
  /// What the router sees of each task's scored rows.
  var features: [String: Tensor] = [:]
  /// Of learned tasks.
  var statistics: [TaskStatistic]

  struct Scored {
    let dependencies: Digest
    let answers: TaskAnswers
  }

  private init(
    _ stored: StoredRun, base: Base, tasks: [PreparedTask], lock: RunLock?, report: @escaping (RunProgress) -> Void
  ) throws {
    folder = stored.folder
    self.lock = lock
    stopped = stored.training
    stoppedSeconds = try stored.training == nil ? 0 : stored.folder.readCosts().secondsOfCurrent
    pace = CheckpointPace.Clock(stored.manifest.configuration.checkpoints)
    manifest = stored.manifest
    configuration = stored.manifest.configuration
    self.base = base
    self.tasks = tasks
    self.report = report
    method = stored.method
    heads = stored.heads
    combined = stored.combined
    matrix = stored.matrix
    costs = stored.costs
    learned = stored.learned.count
    sideColumns = SideColumns(stored.manifest)
    eventBytes = stored.checkpoint?.eventBytes ?? 0
    position = stored.position
    routed = stored.checkpoint?.routed
    let names = stored.learned
    statistics = try folder.readStatistics().filter { names.contains($0.task) }
  }

  /// A new run in a folder that does not exist yet, or in which the same run began and nothing was learned.
  ///
  /// Everything that can be wrong with base, data and options is found before the folder is made.
  ///
  /// - Parameters:
  ///   - configuration: What is learned how.
  ///   - url: The folder.
  ///   - program: Binds the run to this program, see ``ProgramCode/digest()``: no other begins it or goes on with it. `nil`: any may.
  ///   - report: Told what happens.
  /// - Throws: Errors of all layers; see each module's error type.
  public static func start(
    _ configuration: RunConfiguration, in url: URL, program: Digest? = nil,
    report: @escaping (RunProgress) -> Void = { _ in }
  ) throws -> SequenceRun {
    try start(configuration, in: url, program: program, bases: nil, report: report)
  }

  /// As ``start(_:in:program:report:)``, with a base that may be loaded already.
  package static func start(
    _ configuration: RunConfiguration, in url: URL, program: Digest? = nil, bases: LoadedBases?,
    report: @escaping (RunProgress) -> Void = { _ in }
  ) throws -> SequenceRun {
    let folder = RunFolder(url)
    try folder.requireFree()
    if let program, try ProgramCode.digest() != program {
      throw RunError.invalidConfiguration(
        key: "program", got: "\(program)", allowed: "\(try ProgramCode.digest()), which this program is")
    }
    let (base, tasks, made) = try prepare(configuration, base: bases?.base(of: configuration), report)
    var manifest = made
    manifest.program = program
    let lock = try folder.begin(manifest) {
      report(.warning("\(url.path): a process ended here before anything was learned; the run begins again"))
    }
    report(.prepared(manifest))
    return try SequenceRun(
      StoredRun(url, model: base.model), base: base, tasks: tasks, lock: lock, report: report)
  }

  /// The run of an existing folder, as it was after its last learned task, or after `learned` of them, for reading: also while
  /// another process goes on with it.
  /// - Throws: `RunError.changed(folder:what:recorded:now:)` when anything that decides the result has changed.
  public static func open(
    _ url: URL, after learned: Int? = nil, report: @escaping (RunProgress) -> Void = { _ in }
  ) throws -> SequenceRun {
    try open(url, after: learned, bases: nil, report: report)
  }

  /// As ``open(_:after:report:)``, with a base that may be loaded already.
  package static func open(
    _ url: URL, after learned: Int? = nil, bases: LoadedBases?, report: @escaping (RunProgress) -> Void = { _ in }
  ) throws -> SequenceRun {
    try existing(url, at: learned.map(StoredRun.Moment.after) ?? .learned, lock: nil, bases: bases, report)
  }

  /// The run of an existing folder at its last checkpoint, to go on with ``run(requests:)``.
  /// - Throws: `RunError.inUse(folder:by:fix:)`; `RunError.changed(folder:what:recorded:now:)`;
  ///   `RunError.checkpointDamaged(path:reason:)`.
  public static func resume(_ url: URL, report: @escaping (RunProgress) -> Void = { _ in }) throws -> SequenceRun {
    try resume(url, bases: nil, report: report)
  }

  /// As ``resume(_:report:)``, with a base that may be loaded already.
  package static func resume(
    _ url: URL, bases: LoadedBases?, report: @escaping (RunProgress) -> Void = { _ in }
  ) throws -> SequenceRun {
    let folder = RunFolder(url)
    let isFolderOfOurs = ["lock", "checkpoints"].contains { FolderFile.exists($0, in: url) }
    if isFolderOfOurs, !FolderFile.exists("manifest.json", in: url), try folder.isBeginning() {
      throw RunError.notBegun(folder: url.path)
    }
    // Before the lock, which would make a file in a folder that is not a run.
    let recorded = try folder.readManifest()
    guard recorded.format == Manifest.currentFormat else {
      throw RunError.earlierForm(folder: url.path, format: recorded.format)
    }
    try recorded.requireOwnProgram(folder: url)
    let run = try existing(url, at: .newest, lock: RunLock(folder), bases: bases, report)
    if let newest = try folder.newestSealed(), newest.learned > run.learned {
      do {
        try folder.requireSealed(folder.checkpoint(newest))
      } catch {
        let tasks = run.learned == 1 ? "1 task" : "\(run.learned) tasks"
        report(.warning("\(error) Going on from the checkpoint before it, after \(tasks), to the same bytes."))
      }
    }
    return run
  }

  private static func existing(
    _ url: URL, at moment: StoredRun.Moment, lock: RunLock?, bases: LoadedBases?,
    _ report: @escaping (RunProgress) -> Void
  ) throws -> SequenceRun {
    let folder = RunFolder(url)
    let recorded = try folder.readManifest()
    if try !folder.isSealed() {
      report(.warning("\(url.path): an earlier version made this run: changes of its files would not be noticed"))
    }
    // A reader trains nothing.
    var configuration = recorded.configuration
    configuration.compute = configuration.compute ?? .float32
    let (base, tasks, now) = try prepare(configuration, base: bases?.base(of: configuration)) {
      if case .base = $0, lock == nil { return }
      report($0)
    }
    try recorded.requireUnchanged(now, folder: url)
    return try SequenceRun(
      StoredRun(url, model: base.model, at: moment), base: base, tasks: tasks, lock: lock, report: report)
  }

  /// - Parameter known: The configuration's base, where it is loaded already; asked for once the configuration is known to be valid.
  package static func prepare(
    _ wanted: RunConfiguration, base known: @autoclosure () throws -> Base? = nil,
    _ report: (RunProgress) -> Void
  ) throws -> (Base, [PreparedTask], Manifest) {
    var configuration = wanted
    try configuration.validate()
    try TorchRuntime.setThreads(configuration.threads)
    let suite = try configuration.source.taskSuite()
    let names = try suite.taskNames(order: configuration.source.order)
    for name in Set(names) where names.count(where: { $0 == name }) > 1 { throw RunError.sameTaskTwice(name) }
    let loaded =
      try known()
      ?? Base(
        folder: URL(fileURLWithPath: configuration.base), on: Device(configuration.device),
        precision: configuration.weights)
    let base = try loaded.computing(configuration.compute ?? .auto)
    configuration.compute = base.model.compute == .bfloat16 ? .bfloat16 : nil
    report(.base(try TaughtBase(configuration, base)))
    for warning in base.warnings + base.computeWarnings { report(.warning(warning)) }
    let (length, positions) = (configuration.training.maxLength, base.model.configuration.maxPositions)
    if length > positions {
      report(
        .warning(
          "--max-length \(length) is more than the base reads: \(positions) tokens are used (max_position_embeddings)"))
    }
    try requireFit(configuration, base, tasks: names.count)
    let tasks = try names.enumerated().map { index, name in
      report(.preparing(task: name))
      let task = try suite.task(named: name)
      if task.validationRows > 0 {
        report(
          .warning(
            "\(name): \(task.validationRows) rows with \"split\": \"validation\" are left out: runs take validation rows from the training rows (--evaluate-on validation)"
          ))
      }
      return try PreparedTask(task, index: index, base: base, configuration: configuration, suite: suite)
    }
    try configuration.source.requireScorerTaken(by: tasks)
    return (base, tasks, try Manifest.make(configuration, base: base, suite: suite, tasks: tasks))
  }

  /// Tasks that have been learned.
  public var learnedTasks: Int { learned }
  public var currentMatrix: TaskMatrix { matrix }
  public var currentCosts: [TaskCosts] { costs }

  /// Steps of the next task that are done already.
  public var stepsOfNextTask: Int { stopped?.cursor.step ?? 0 }

  /// Whether every task is learned and the results that follow from that are written.
  public var isComplete: Bool {
    get throws {
      guard learned == tasks.count else { return false }
      do {
        guard let file = try folder.readMatrix(), try folder.readMetrics() != nil else { return false }
        return file.scores == matrix.scores
      } catch RunError.fileRemoved {
        // They are written again from the predictions.
        return false
      }
    }
  }

  /// Learns every task that is left.
  ///
  /// - Parameter requests: Asked after every step and between scored batches what somebody outside wants.
  /// - Throws: What stops learning; `RunError.interrupted(folder:signal:at:)`. ``resume(_:report:)`` goes on.
  public func run(requests: @escaping () -> RunRequest? = { nil }) throws {
    guard lock != nil else { throw RunError.readOnly(folder: folder.url.path) }
    self.requests = requests
    // Since the run was opened, somebody may have put links there.
    try Containment.requireNoLinksOut(of: folder.url)
    try folder.removeLeftovers()
    try folder.takeSeal(at: position, eventBytes: eventBytes)
    stored = try storedIndex()
    sideColumns = try folder.sideColumns(manifest, of: matrix)
    events = try EventLog(folder.inside(folder.events), keeping: eventBytes)
    timings = try EventLog(folder.inside(folder.timings))
    // In the middle of a task the tensors are no longer those with which the last row was scored.
    if stopped == nil { try reuseLastRow() }
    if learned == 0, matrix[0, 0] == nil {
      try scoreRow(0)
      try saveCheckpoint()
    }
    while learned < tasks.count {
      try learn(tasks[learned])
    }
    try finish()
  }
}
