import Files
import Foundation
import Learning
import Streams
import Torch

/// What is written when, so that a run can be killed at any moment:
///
/// 1. While a task is learned: checkpoints inside of it, the newest two of which stay; one when its last step is done.
/// 2. Then its expert and the predictions of the matrix row, file by file. Killed here, they are written again with the same bytes.
/// 3. Then the checkpoint after the task, which is kept for ever; then matrix and metrics, which follow from it.
extension SequenceRun {
  /// Checkpoints inside of tasks that stay: should the newest be damaged, there is one before it.
  static let keptCheckpoints = 2

  /// Every tensor that a checkpoint holds, but for the optimizer's.
  var allTensors: [String: Tensor] {
    method.tensors.merging(heads?.tensors ?? [:]) { first, _ in first }
  }

  /// After a whole number of tasks.
  func saveCheckpoint() throws {
    try save(nil, at: CheckpointPlace(learned: learned), secondsOfCurrent: 0)
    try writeResults()
  }

  /// In the middle of a task, between two of its steps.
  func saveCheckpoint(of task: String, _ training: TaskTraining, seconds: Double) throws {
    let state = try training.state()
    let progress = RunCheckpoint.Progress(task: task, cursor: state.cursor, dropout: state.dropout)
    let place = CheckpointPlace(learned: learned, step: state.cursor.step)
    try save((progress, state), at: place, secondsOfCurrent: seconds)
    pace.restart()
    try folder.pruneCheckpoints(keeping: Self.keptCheckpoints)
    report(.checkpoint(task: task, step: state.cursor.step))
  }

  private func save(
    _ current: (progress: RunCheckpoint.Progress, state: TrainingState)?, at place: CheckpointPlace,
    secondsOfCurrent: Double
  ) throws {
    _ = try timings?.flush()
    let file = try folder.inside(folder.checkpoint(place))
    try JSONFile.write(RunCosts(tasks: costs, secondsOfCurrent: secondsOfCurrent), to: folder.costs)
    if !statistics.isEmpty { try JSONFile.write(statistics, to: folder.inside(folder.statistics)) }
    try RunCheckpoint(
      learned: tasks.prefix(learned).map(\.task.name), matrix: matrix, routed: routed,
      eventBytes: try events?.flush() ?? 0,
      manifestDigest: Digest(ofFile: folder.manifest), progress: current?.progress
    ).write(allTensors, training: current?.state, to: file)
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
