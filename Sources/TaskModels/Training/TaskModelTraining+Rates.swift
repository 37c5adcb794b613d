import Decoder
import Files
import Learning
import Torch

extension TaskModelTraining {
  /// Steps of a trial at most.
  static let trialSteps = 60

  /// Steps at the end of a trial whose loss is averaged.
  private static let lastSteps = 20
  /// Losses on choose rows that are no nearer than this tell nothing: within the first steps most experts of labels know none yet.
  private static let tie = 0.05

  /// The rate that was given, or the one of three under which a short training has the lowest loss on the choose rows; of labels, where
  /// these cannot tell, the one that learns fastest.
  ///
  /// - Returns: the rate, and whether the choose rows could not tell.
  func chosenRate() throws -> (rate: Double, isTie: Bool) {
    if let rate = options.learningRate { return (rate, false) }
    let rates = LearnOptions.rates
    for (number, rate) in rates.enumerated().dropFirst(state.evidence.trials.count) {
      let trial = try tried(rate) { [report] step, steps in
        report(.trial(rate: rate, number: number + 1, of: rates.count, step: step, steps: steps))
      }
      state.evidence.trials.append(trial)
      report(.tried(trial))
      try save(nil)
    }
    return Self.best(state.evidence.trials, tie: rows.form.kind == .label ? Self.tie : 0) ?? (rates[0], false)
  }

  /// The rate of the best trial; the lower one of equals, which is the safer.
  static func best(_ trials: [LearnEvidence.Trial], tie: Double) -> (rate: Double, isTie: Bool)? {
    guard let least = trials.map(\.loss).min() else { return nil }
    let near = trials.filter { $0.loss <= least + tie }
    return near.min { $0.trainingLoss ?? $0.loss < $1.trainingLoss ?? $1.loss }
      .map { ($0.learningRate, near.count > 1) }
  }

  private func tried(_ rate: Double, progress: (Int, Int) -> Void) throws -> LearnEvidence.Trial {
    let session = try TrainingSession(self, on: rows.learn, rate: rate, from: nil, state: nil)
    let start = ContinuousClock.now
    let steps = min(Self.trialSteps, session.training.totalSteps)
    var losses: [Double] = []
    while session.training.stepsDone < steps {
      progress(session.training.stepsDone + 1, steps)
      guard let report = try session.step() else { break }
      losses.append(report.loss)
      if case .stop(let signal) = requests() {
        throw TaskModelError.interrupted(
          task: name, signal: signal, moment: "in the trial of learning rate \(rate)")
      }
    }
    state.seconds += start.duration(to: .now).seconds
    let loss: Double
    do {
      let measured = try session.measured()
      loss = measured.expertLoss ?? measured.loss
    } catch DecoderError.resultNotFinite {
      loss = .greatestFiniteMagnitude
    }
    let last = losses.suffix(Self.lastSteps)
    return LearnEvidence.Trial(
      learningRate: rate, steps: session.training.stepsDone, loss: Self.finite(loss),
      trainingLoss: Self.finite(last.reduce(0, +) / Double(max(last.count, 1))))
  }

  /// JSON has no infinity.
  private static func finite(_ value: Double) -> Double { value.isFinite ? value : .greatestFiniteMagnitude }
}
