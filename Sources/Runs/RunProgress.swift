public import Learning

/// What a run tells while it works; values only, so that any front end can show it.
public enum RunProgress: Sendable {
  case preparing(task: String)
  case prepared(rows: [(task: String, counts: Manifest.RowCounts)])
  case training(task: String, number: Int, of: Int, report: StepReport, tokensPerSecond: Double, secondsLeft: Double)
  case checkpoint(task: String, step: Int)
  case evaluating(row: Int, task: String, done: Int, total: Int)
  case scored(row: Int, scores: [(task: String, accuracy: Double)])
  case learned(TaskCosts)
}
