import Decoder
import Experts
import Files
import Generation
import Learning
import Randomness
import Records
import Streams

extension SequenceRun {
  /// What a task is learned from, as the method wants it: its own rows first.
  func material(of task: PreparedTask) -> TaskTraining.Material {
    TaskTraining.Material(
      task: task.identity,
      examples: method.trainingRows.examples(of: task, among: tasks, seed: configuration.seed),
      labels: task.task.labels.count,
      remembered: method.trainingRows.remembered(before: task, among: tasks, seed: configuration.seed))
  }

  /// - Throws: `LearningError.unsupported` for a method whose batches have rows of several tasks, with an output head for which that
  ///   means nothing; what the method itself refuses.
  static func requireFit(_ configuration: RunConfiguration, _ base: Base, tasks: Int) throws {
    try configuration.shape().requireSites(on: base.model.configuration)
    let method = try MethodCatalog.make(
      configuration.method, configuration.methodContext(for: base.model, tasks: tasks))
    guard method.trainingRows != .ofTask else { return }
    let what = "the method \(configuration.method), which needs rows of several tasks at once, with"
    switch configuration.outputHead {
    case .label, .both: return
    case .trained:
      throw LearningError.unsupported(
        what: "\(what) a trained head for each task", fix: "Use the output head `label` or `both`.")
    case .ridge:
      throw LearningError.unsupported(
        what: "\(what) the output head `ridge`, for which no expert learns any row,",
        fix: "Use the output head `label` or `both`, or another method.")
    }
  }
}

extension TrainingRows {
  /// The rows that a task is learned from, its own first.
  ///
  /// - Parameters:
  ///   - task: What is learned.
  ///   - tasks: All tasks of the run, in order of arrival.
  ///   - seed: Draws what is replayed.
  func examples(of task: PreparedTask, among tasks: [PreparedTask], seed: UInt64) -> [EncodedExample] {
    switch self {
    case .ofTask:
      task.training
    case .replaying(let share):
      task.training + tasks.prefix(task.identity.index).flatMap { Self.replayed($0, share: share, seed: seed) }
    case .allAtOnce:
      task.identity.index == 0 ? tasks.flatMap(\.training) : []
    case .remembering:
      task.training
    }
  }

  /// The rows of earlier tasks that may be looked at while a task is learned.
  func remembered(before task: PreparedTask, among tasks: [PreparedTask], seed: UInt64) -> [EncodedExample] {
    guard case .remembering(let rows) = self else { return [] }
    return tasks.prefix(task.identity.index).flatMap { Self.drawn(rows, of: $0, seed: seed) }
  }

  /// ⌈share · n⌉ rows of an earlier task.
  private static func replayed(_ task: PreparedTask, share: Double, seed: UInt64) -> [EncodedExample] {
    let count = (share * Double(task.training.count)).rounded(.up)
    return drawn(Int(saturating: count), of: task, seed: seed)
  }

  /// Rows of an earlier task, the same ones for every later task: the first of a shuffle with the stream `SEED/replay/TASK`.
  private static func drawn(_ count: Int, of task: PreparedTask, seed: UInt64) -> [EncodedExample] {
    var numbers = Array(task.training.indices)
    var stream = RandomStream(seed: seed, "replay", task.task.name)
    stream.shuffle(&numbers)
    return numbers.prefix(count).sorted().map { task.training[$0] }
  }
}
