import Experts
import Files
import Learning
import Torch

extension TaskModelTraining {
  /// Steps between two measurements at most; a pass over the learn rows where that is shorter.
  private static let mostSteps = 250
  /// Seconds between two checkpoints at most.
  private static let checkpointSeconds = 120.0

  /// S4: trains until the choose rows say that it stopped helping.
  func train(
    rate: Double, from tensors: LearnCheckpoint.Tensors?
  ) throws -> (expert: LowRankExpert, head: Tensor?, trained: Int) {
    let session = try TrainingSession(self, rate: rate, from: tensors, state: state.training)
    let pace = max(1, min(Self.mostSteps, session.training.totalSteps / max(options.maxEpochs, 1)))
    var start = ContinuousClock.now
    var (tokens, saved) = (session.training.tokensRead, ContinuousClock.now)
    /// Adds the time since the last call to what training took.
    func settle() {
      state.seconds += start.duration(to: .now).seconds
      start = .now
    }
    while state.evidence.stop == nil {
      let before = ContinuousClock.now
      guard let report = try session.step() else {
        state.evidence.stop = .maxEpochs
        break
      }
      let seconds = max(before.duration(to: .now).seconds, 1e-9)
      self.report(
        .training(
          report, tokensPerSecond: Double(session.training.tokensRead - tokens) / seconds,
          epoch: session.training.epochsDone))
      tokens = session.training.tokensRead
      if report.step % pace == 0 || session.training.isDone { try measure(session) }
      settle()
      if let budget = options.budgetSeconds, state.seconds >= budget, state.evidence.stop == nil {
        state.evidence.stop = .budget
      }
      let request = requests()
      if request != nil || saved.duration(to: .now).seconds > Self.checkpointSeconds {
        let (tensors, training) = try session.snapshot()
        state.training = training
        try save(tensors)
        saved = .now
      }
      if case .stop(let signal) = request {
        throw TaskModelError.interrupted(task: name, signal: signal, moment: "after step \(report.step)")
      }
    }
    if state.evidence.kept == nil { try measure(session) }
    if let stop = state.evidence.stop { self.report(.stopped(stop)) }
    state.evidence.steps = session.training.stepsDone
    state.evidence.tokens = session.training.tokensRead
    let count = session.training.parameters.count
    let (expert, head) = try session.finished()
    return (expert, head, count)
  }

  private func measure(_ session: TrainingSession) throws {
    let measurement = try session.measured()
    let best = state.evidence.kept.map { state.evidence.measurements[$0] }
    let isBest = best.map { measurement.isBetter(than: $0) } ?? true
    state.evidence.measurements.append(measurement)
    if isBest {
      state.evidence.kept = state.evidence.measurements.count - 1
      try session.keepBest()
    }
    report(.measured(measurement, isBest: isBest))
    let since = state.evidence.measurements.count - 1 - (state.evidence.kept ?? 0)
    if since >= options.patience { state.evidence.stop = .patience }
  }
}
