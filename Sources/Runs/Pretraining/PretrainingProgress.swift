public import Pretraining
public import Records

/// What a pretraining run tells while it works; values only, so that any front end can show it.
public enum PretrainingProgress: Sendable {
  case trainingTokenizer(bytesRead: Int, entries: Int, goal: Int)
  case tokenizing(TokenShards.Progress)
  case prepared(PretrainingManifest)
  case step(PretrainingReport, of: Int, tokensPerSecond: Double, secondsLeft: Double)
  /// `seconds`: of the run so far.
  case measured(HeldOutMeasurement, seconds: Double)
  case diverged(PretrainingMetrics.Divergence)
  case checkpoint(step: Int)
}
