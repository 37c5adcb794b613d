import Learning
public import Records

/// What `learn` tells while it works.
public enum LearnProgress {
  case warning(String)
  /// The ridge head is solved; `penalty` is λ.
  case ridge(penalty: Double)
  /// A step of the trial of a learning rate.
  case trial(rate: Double, number: Int, of: Int, step: Int, steps: Int)
  /// The learning rate that was chosen or given. `isTie`: the choose rows could not tell the rates apart, and the training loss decided.
  case rate(Double, isTie: Bool)
  /// What was begun before goes on after this step. `isLast`: of the last training, on learn and choose rows together.
  case goesOn(step: Int, isLast: Bool)
  case tried(LearnEvidence.Trial)
  case training(StepReport, tokensPerSecond: Double, epoch: Int)
  case measured(LearnEvidence.Measurement, isBest: Bool)
  case stopped(LearnEvidence.Stop)
  case chosen(CandidateChoice)
  /// The expert is trained once more, on learn and choose rows together.
  case allRows(count: Int, steps: Int)
  /// The last training's expert answers the choose rows worse than before and is not kept: its mean −log p (`nil`: it diverged), and that
  /// before.
  case lastTrainingDropped(loss: Double?, before: Double)
}

/// What somebody outside asks of work that goes on.
public enum LearnRequest: Sendable, Equatable {
  case checkpoint
  case stop(signal: Int32)
}
