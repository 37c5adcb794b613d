import Learning
import Streams
import Torch

extension SequenceRun {
  /// The rows that a task is learned from, as the method wants them: its own first.
  /// - Throws: `LearningError.unsupported` for rows of other tasks under the head read-out.
  func trainingExamples(of task: PreparedTask) throws -> [EncodedExample] {
    let rows = method.trainingRows
    guard rows == .ofTask || heads == nil else {
      throw LearningError.unsupported(
        what: "learning rows of several tasks at once with a head for each task", fix: "Use the read-out `label`.")
    }
    switch rows {
    case .ofTask:
      return task.training
    case .replaying(let share):
      return task.training + tasks.prefix(task.identity.arrival).flatMap { replayed($0, share: share) }
    case .allAtOnce:
      return task.identity.arrival == 0 ? tasks.flatMap(\.training) : []
    }
  }

  /// ⌈share · n⌉ rows of an earlier task, the same ones for every later task: the first of a shuffle with the stream
  /// `SEED/replay/TASK`.
  private func replayed(_ task: PreparedTask, share: Double) -> [EncodedExample] {
    var numbers = Array(task.training.indices)
    var stream = RandomStream(seed: configuration.seed, "replay", task.task.name)
    stream.shuffle(&numbers)
    let count = Int((share * Double(numbers.count)).rounded(.up))
    return numbers.prefix(count).sorted().map { task.training[$0] }
  }
}
