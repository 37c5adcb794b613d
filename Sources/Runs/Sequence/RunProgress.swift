import Learning
public import Records

/// What a run tells while it works; values only, so that any front end can show it.
public enum RunProgress: Sendable {
  /// The base is loaded: what is taught, and how much of it moves. Before everything else.
  case base(TaughtBase)
  /// Something that a person should know; the run goes on.
  case warning(String)
  case preparing(task: String)
  case prepared(Manifest)
  case training(task: String, number: Int, of: Int, report: StepReport, tokensPerSecond: Double, secondsLeft: Double)
  case checkpoint(task: String, step: Int)
  /// The closed-form head of a task is solved: on how many rows, with which λ, and its weight beside that of the label scores.
  case solved(task: String, rows: Int, penalty: Double, weighed: (rows: Int, expert: Double, ridge: Double)?)
  case evaluating(row: Int, task: String, done: Int, total: Int)
  /// The scores of the clean column, 0…1.
  case scored(row: Int, scores: [(task: String, score: Double)])
  case learned(TaskCosts)
}
