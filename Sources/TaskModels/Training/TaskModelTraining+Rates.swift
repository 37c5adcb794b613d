import Decoder
import Files
import Learning
import Records
import Torch

extension TaskModelTraining {
  /// Steps of a trial at most; a budget may leave time for fewer.
  static let trialSteps = 60

  /// Steps at the end of a trial whose loss is averaged.
  private static let lastSteps = 20
  /// Losses on choose rows that are no nearer than this tell nothing: within the first steps most experts of labels know none yet.
  private static let tie = 0.05

  /// The learning rate that was given, or the best of three: the one with the lowest loss on the choose rows after a short training. For
  /// labels, where these cannot decide, the one that learns fastest.
  ///
  /// - Returns: The rate, and whether the choose rows could not tell.
  /// - Throws: ``TaskModelError/everyRateDiverges(task:rates:)``.
  func chosenRate() throws -> (rate: Double, isTie: Bool) {
    if let rate = options.learningRate { return (rate, false) }
    // Nothing is trained.
    if options.maxEpochs == 0 { return (LearnOptions.rates[0], false) }
    let rates = LearnOptions.rates
    for (number, rate) in rates.enumerated().dropFirst(state.evidence.trials.count) {
      // On a machine that became slow the trials would take the time of the training itself.
      if haveTrialsUsedUpTheirTime { break }
      let trial = try tried(rate) { [report] step, steps in
        report(.trial(rate: rate, number: number + 1, of: rates.count, step: step, steps: steps))
      }
      state.evidence.trials.append(trial)
      report(.tried(trial))
      try save(nil)
    }
    guard let best = Self.best(state.evidence.trials, tie: rows.form.kind == .label ? Self.tie : 0) else {
      throw TaskModelError.everyRateDiverges(task: name, rates: rates)
    }
    return best
  }

  /// The rate of the best trial; the lower one of equals, which is the safer. `nil`: all diverged.
  static func best(_ trials: [LearnEvidence.Trial], tie: Double) -> (rate: Double, isTie: Bool)? {
    guard let least = trials.map(\.loss).min(), least < .greatestFiniteMagnitude else { return nil }
    let near = trials.filter { $0.loss <= least + tie }
    return near.min { $0.trainingLoss ?? $0.loss < $1.trainingLoss ?? $1.loss }
      .map { ($0.learningRate, near.count > 1) }
  }

  /// A short training from the beginning; one that diverges has the largest loss there is.
  func tried(_ rate: Double, progress: (Int, Int) -> Void) throws -> LearnEvidence.Trial {
    let session = try TrainingSession(self, on: rows.learn, rate: rate, from: nil, state: nil)
    let start = ContinuousClock.now
    let (steps, limit) = (min(mostTrialSteps, session.training.totalSteps), trialLimit)
    var losses: [Double] = []
    var loss = Double.greatestFiniteMagnitude
    do {
      while session.training.stepsDone < steps {
        progress(session.training.stepsDone + 1, steps)
        guard let report = try session.step() else { break }
        losses.append(report.loss)
        if case .stop(let signal) = requests() {
          throw TaskModelError.interrupted(
            task: name, signal: signal, moment: "in the trial of learning rate \(rate)")
        }
        if let limit, start.duration(to: .now).seconds >= limit { break }
      }
      let measured = try session.measured()
      loss = measured.expertLoss ?? measured.loss
    } catch  where Self.isDivergence(error) {
      losses = [loss]
    }
    let seconds = start.duration(to: .now).seconds
    state.seconds += seconds
    state.trialSeconds = (state.trialSeconds ?? 0) + seconds
    let last = losses.suffix(Self.lastSteps)
    return LearnEvidence.Trial(
      learningRate: rate, steps: session.training.stepsDone, loss: Self.finite(loss),
      trainingLoss: Self.finite(last.reduce(0, +) / Double(max(last.count, 1))))
  }

  /// Whether this is what weights that ran away end with, rather than a fault of rows, files or memory.
  static func isDivergence(_ error: any Error) -> Bool {
    switch error {
    case LearningError.lossNotFinite, LearningError.scoresNotFinite, DecoderError.resultNotFinite: true
    default: false
    }
  }

  /// JSON has no infinity.
  private static func finite(_ value: Double) -> Double { value.isFinite ? value : .greatestFiniteMagnitude }
}
