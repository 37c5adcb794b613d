import Experts
import Files
import Learning
import Records
import Torch

extension TaskModelTraining {
  /// Steps between two measurements: a pass over the learn rows, within these.
  private static let pace = 50...250
  /// Steps before which an expert is not given up: of a hard task and few rows it says nothing for its first hundred, and then learns
  /// within fifty.
  private static let fewestSteps = 250
  /// Seconds between two checkpoints at most.
  private static let checkpointSeconds = 120.0

  /// S4: trains until the choose rows say that it stopped helping, or the weights run away: what was best until then is kept.
  ///
  /// - Throws: ``TaskModelError/everyRateDiverges(task:rates:)`` where they run away before anything was measured.
  func train(
    rate: Double, from tensors: LearnCheckpoint.Tensors?
  ) throws -> (expert: LowRankExpert, head: Tensor?, trained: Int) {
    let session = try TrainingSession(self, on: rows.learn, rate: rate, from: tensors, state: state.training)
    let pace = min(max(session.stepsOfPass, Self.pace.lowerBound), Self.pace.upperBound)
    var clock = StepClock()
    // What it starts from may be better than all that comes.
    if start != nil, state.evidence.measurements.isEmpty { try measure(session) }
    if options.maxEpochs == 0 { state.evidence.stop = .maxEpochs }
    while state.evidence.stop == nil {
      do {
        let went = try advance(session, &clock) { report in
          if report.step % pace == 0 || session.training.isDone { try measure(session) }
        }
        if !went { state.evidence.stop = .maxEpochs }
      } catch  where Self.isDivergence(error) {
        guard state.evidence.kept != nil else { throw TaskModelError.everyRateDiverges(task: name, rates: [rate]) }
        state.evidence.stop = .diverged
      }
    }
    if state.evidence.kept == nil { try measure(session) }
    if let stop = state.evidence.stop { self.report(.stopped(stop)) }
    if let text = shortOfTime(steps: session.training.stepsDone) { self.report(.warning(text)) }
    state.evidence.steps = session.training.stepsDone
    state.evidence.tokens = session.training.tokensRead
    let step = state.evidence.kept.map { state.evidence.measurements[$0].step } ?? 0
    bestPasses = Double(step) / Double(session.stepsOfPass)
    let count = session.training.parameters.count
    let (expert, head) = try session.finished()
    return (expert, head, count)
  }

  /// S8: trains once more from the beginning, on learn and choose rows, for as many passes as were best without the choose rows.
  /// No expert: the training diverged.
  func trainOnAllRows(
    rate: Double, passes: Double, from tensors: LearnCheckpoint.Tensors?
  ) throws -> (made: (expert: LowRankExpert, head: Tensor?)?, trained: Int) {
    let session = try TrainingSession(
      self, on: rows.learn + rows.choose, rate: rate, from: tensors, state: state.training)
    let steps = max(1, Int(saturating: (passes * Double(session.stepsOfPass)).rounded()))
    report(.allRows(count: rows.learn.count + rows.choose.count, steps: steps))
    var clock = StepClock()
    let count = session.training.parameters.count
    do {
      while session.training.stepsDone < steps, try advance(session, &clock, then: { _ in }) {}
    } catch  where Self.isDivergence(error) {
      state.evidence.allRowsSteps = session.training.stepsDone
      return (nil, count)
    }
    state.evidence.allRowsSteps = session.training.stepsDone
    try session.keepBest()
    return (try session.finished(), count)
  }

  /// When the last settled second and the last checkpoint were.
  private struct StepClock {
    var settled = ContinuousClock.now
    var saved = ContinuousClock.now
  }

  /// One step: told, timed, kept in a checkpoint where one is due. False: all passes are done.
  ///
  /// - Throws: ``TaskModelError/interrupted(task:signal:moment:)`` where somebody asked for it.
  private func advance(
    _ session: TrainingSession, _ clock: inout StepClock, then: (StepReport) throws -> Void
  ) throws -> Bool {
    let (before, read) = (ContinuousClock.now, session.training.tokensRead)
    guard let report = try session.step() else { return false }
    let seconds = max(before.duration(to: .now).seconds, 1e-9)
    self.report(
      .training(
        report, tokensPerSecond: Double(session.training.tokensRead - read) / seconds,
        epoch: session.training.epochsDone))
    try then(report)
    state.seconds += clock.settled.duration(to: .now).seconds
    clock.settled = .now
    if state.decision == nil, let budget = options.budgetSeconds, state.seconds >= budget, state.evidence.stop == nil {
      state.evidence.stop = .budget
    }
    let request = requests()
    if request != nil || clock.saved.duration(to: .now).seconds > Self.checkpointSeconds {
      let (tensors, training) = try session.snapshot()
      state.training = training
      try save(tensors)
      clock.saved = .now
    }
    if case .stop(let signal) = request {
      let which = state.decision == nil ? "" : " of the last training, on learn and choose rows"
      throw TaskModelError.interrupted(task: name, signal: signal, moment: "after step \(report.step)\(which)")
    }
    return true
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
    if measurement.step >= Self.fewestSteps, state.evidence.measurementsWithoutGain >= options.patience {
      state.evidence.stop = .patience
    }
  }
}
