import Files
import Foundation
import Generation
import Learning
import Records
import Streams
import TaskModels
import Torch

/// What is written when, so that a run can be killed at any moment:
///
/// 1. While a task is learned: checkpoints inside of it, the newest two of which stay; one when its last step is done.
/// 2. Then its expert and the predictions of the matrix row, file by file. Killed here, they are written again with the same bytes.
/// 3. Then the checkpoint after the task, which is kept for ever; then matrix and metrics, which follow from it.
///
/// `seal.json` is written before and after each checkpoint and what belongs to it, see `RunSeal`.
extension SequenceRun {
  /// Checkpoints inside of tasks that stay: should the newest be damaged, there is one before it.
  static let keptCheckpoints = 2

  /// Every tensor that a checkpoint holds, but for the optimizer's.
  var allTensors: [String: Tensor] {
    let experts = configuration.outputHead.hasExpert ? method.tensors : [:]
    return [heads?.tensors, combined?.tensors].reduce(into: experts) { all, tensors in
      all.merge(tensors ?? [:]) { first, _ in first }
    }
  }

  /// After a whole number of tasks.
  func saveCheckpoint() throws {
    stored = try save(nil, at: CheckpointPosition(learned: learned), secondsOfCurrent: 0, results: results())
  }

  /// In the middle of a task, between two of its steps.
  func saveCheckpoint(of task: String, _ training: TaskTraining, seconds: Double) throws {
    let state = try training.state()
    let progress = RunCheckpoint.Progress(task: task, cursor: state.cursor, dropout: state.dropout)
    let position = CheckpointPosition(learned: learned, step: state.cursor.step)
    _ = try save(
      (progress, state), at: position, secondsOfCurrent: seconds,
      outdated: folder.outdatedCheckpoints(keeping: Self.keptCheckpoints, beside: position))
    pace.restart()
    report(.checkpoint(task: task, step: state.cursor.step))
  }

  /// Writes a checkpoint and what belongs to it.
  ///
  /// - Parameters:
  ///   - results: Files that follow from it.
  ///   - outdated: Checkpoints that are removed once it is there.
  private func save(
    _ current: (progress: RunCheckpoint.Progress, state: TrainingState)?, at position: CheckpointPosition,
    secondsOfCurrent: Double, results: [RunFolder.NewFile] = [], outdated: [URL] = []
  ) throws -> CheckpointIndex {
    let logs = try flushedLogs()
    let file = try folder.inside(folder.checkpoint(position))
    var beside = [
      try RunFolder.NewFile(RunCosts(tasks: costs, secondsOfCurrent: secondsOfCurrent), at: folder.costs)
    ]
    if !statistics.isEmpty { beside.append(try RunFolder.NewFile(statistics, at: folder.statistics)) }
    let small = (beside + results).map { ($0.file, Digest(of: $0.data)) }
    let index = try RunCheckpoint(
      learned: tasks.prefix(learned).map(\.task.name), matrix: matrix, routed: routed,
      eventBytes: logs.first?.log.bytes ?? 0, manifestDigest: Digest(ofFile: folder.manifest),
      progress: current?.progress, files: newFiles(small, at: position, events: logs.first?.log)
    ).write(allTensors, training: current?.state, earlier: stored, to: file) { digest in
      try folder.announce(small + [(file, digest)], removed: outdated, logs: logs)
      try folder.write(beside)
    }
    try folder.write(results)
    for checkpoint in outdated { try? FileManager.default.removeItem(at: checkpoint) }
    try folder.conclude()
    return index
  }

  /// What a checkpoint lists: files that the last one between two tasks does not seal as they are, or as they will be. What an earlier
  /// process left that had come further than the checkpoint that this one goes on from is not among them: it is written again.
  private func newFiles(
    _ coming: [(file: URL, digest: Digest)], at position: CheckpointPosition, events: RunSeal.Log?
  ) throws -> CheckpointFiles.List {
    let last = folder.name(of: folder.checkpoint(after: position.step == nil ? position.learned - 1 : position.learned))
    var seal = try folder.sealing.seal(of: folder) ?? RunSeal()
    let written = folder.sealing.written
    seal.files = seal.files.filter { $0.key == last || written.contains($0.key) }
    for (file, digest) in coming { seal.files[folder.name(of: file)] = digest }
    var files = CheckpointFiles.decided(seal, in: folder).filter { stored.files[$0.key] != $0.value }
    files[folder.name(of: folder.events)] = events?.digest
    return files
  }

  /// Brings `events.jsonl`, the first, and `timings.jsonl` to the disk.
  private func flushedLogs() throws -> [(file: URL, log: RunSeal.Log)] {
    try [(folder.events, events), (folder.timings, timings)].compactMap { file, log in
      guard let log else { return nil }
      return (file, RunSeal.Log(bytes: try log.flush(), digest: log.digest))
    }
  }

  /// What the last checkpoint between two tasks holds.
  func storedIndex() throws -> CheckpointIndex {
    guard let position else { return CheckpointIndex() }
    let file = try folder.inside(folder.checkpoint(after: learned))
    do {
      var index = try CheckpointIndex(RunCheckpoint.read(file), file: file.lastPathComponent)
      let last = CheckpointPosition(learned: learned)
      index.files = try CheckpointFiles.listed(in: folder, upTo: last) ?? [:]
      return index
    } catch FileError.notFound {
      throw RunError.checkpointNeeds(path: folder.checkpoint(position).path, other: file.path, reason: "it is missing")
    }
  }

  /// Writes the results of a complete run, where they are not there yet, and removes checkpoints that are no longer needed.
  func finish() throws {
    let (results, outdated) = (try results(), try folder.outdatedCheckpoints(keeping: 0))
    try folder.announce(results.map { ($0.file, Digest(of: $0.data)) }, removed: outdated)
    try folder.write(results)
    for checkpoint in outdated { try? FileManager.default.removeItem(at: checkpoint) }
    try folder.conclude()
  }

  /// Follows a request that came while a task was learned. `due`: whether a checkpoint is due anyway.
  func afterStep(of task: String, _ training: TaskTraining, seconds: Double, due: Bool) throws {
    let request = requests()
    if due || request != nil { try saveCheckpoint(of: task, training, seconds: seconds) }
    if case .stop(let signal) = request {
      throw RunError.interrupted(
        folder: folder.url.path, signal: signal, at: "after step \(stepText(training)) of task \(task)")
    }
  }

  private func stepText(_ training: TaskTraining) -> String { "\(training.stepsDone)/\(training.totalSteps)" }

  /// Follows a request that came while tasks were scored: there is nothing to store that the last checkpoint does not hold.
  func whileScoring(row: Int) throws {
    if case .stop(let signal) = requests() {
      throw RunError.interrupted(
        folder: folder.url.path, signal: signal, at: "while scoring after \(row) task\(row == 1 ? "" : "s")")
    }
  }
}
