/// The test rows of a task whose prompt is also a training row's: a model may have learned their answers by heart.
public struct TestLeaks: Sendable, Equatable {
  /// The leaked rows: positions in ``LearningTask/test``.
  public let rows: Set<Int>

  /// How many different prompts that are.
  public let prompts: Int

  /// Compares the texts of all rows code point by code point. Instruction and cue are the same for all.
  ///
  /// - Parameter task: The task with all its rows.
  public init(of task: LearningTask) {
    let trained = Set(task.train.map { ExactText($0.text) })
    let leaked = task.test.indices.filter { trained.contains(ExactText(task.test[$0].text)) }
    rows = Set(leaked)
    prompts = Set(leaked.map { ExactText(task.test[$0].text) }).count
  }
}
