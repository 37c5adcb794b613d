import Files

/// The scored rows of a task whose prompt is also a training row's: a model may have learned their answers by heart.
public struct TestLeaks: Sendable, Equatable {
  /// The leaked rows: positions among the rows that were compared.
  public let rows: Set<Int>

  /// How many different prompts that are.
  public let prompts: Int

  /// Compares the texts of all test rows with those of all training rows.
  ///
  /// - Parameter task: The task with all its rows.
  public init(of task: LearningTask) { self.init(of: task.test, trained: task.train) }

  /// Compares texts code point by code point. Instruction and cue are the same for all rows of a task.
  ///
  /// - Parameters:
  ///   - scored: Rows of a task that are scored.
  ///   - trained: Rows of the same task that are trained on.
  public init(of scored: [Example], trained: [Example]) {
    let trained = Set(trained.map { ExactText($0.text) })
    let leaked = scored.indices.filter { trained.contains(ExactText(scored[$0].text)) }
    rows = Set(leaked)
    prompts = Set(leaked.map { ExactText(scored[$0].text) }).count
  }
}
