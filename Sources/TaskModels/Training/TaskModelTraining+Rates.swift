import Decoder
import Files
import Learning
import Torch

extension TaskModelTraining {
  /// Steps of a trial at most.
  static let trialSteps = 60

  /// The rate that was given, or the one of three under which a short training has the lowest loss on the choose rows.
  func chosenRate() throws -> Double {
    if let rate = options.learningRate { return rate }
    let rates = LearnOptions.rates
    for (number, rate) in rates.enumerated().dropFirst(state.evidence.trials.count) {
      let trial = try tried(rate) { [report] step, steps in
        report(.trial(rate: rate, number: number + 1, of: rates.count, step: step, steps: steps))
      }
      state.evidence.trials.append(trial)
      report(.tried(trial))
      try save(nil)
    }
    // The lower one of equals: it is the safer.
    return state.evidence.trials.min { $0.loss < $1.loss }?.learningRate ?? rates[0]
  }

  private func tried(_ rate: Double, progress: (Int, Int) -> Void) throws -> LearnEvidence.Trial {
    let session = try TrainingSession(self, rate: rate, from: nil, state: nil)
    let start = ContinuousClock.now
    let steps = min(Self.trialSteps, session.training.totalSteps)
    while session.training.stepsDone < steps {
      progress(session.training.stepsDone + 1, steps)
      guard try session.step() != nil else { break }
      if case .stop(let signal) = requests() {
        throw TaskModelError.interrupted(
          task: name, signal: signal, moment: "in the trial of learning rate \(rate)")
      }
    }
    state.seconds += start.duration(to: .now).seconds
    let loss: Double
    do {
      loss = try session.measured().loss
    } catch DecoderError.resultNotFinite {
      loss = .greatestFiniteMagnitude
    }
    return LearnEvidence.Trial(
      learningRate: rate, steps: session.training.stepsDone, loss: loss.isFinite ? loss : .greatestFiniteMagnitude)
  }
}
