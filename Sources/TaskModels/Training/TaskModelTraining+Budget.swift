import Foundation

extension TaskModelTraining {
  /// The share of a budget that the trials of learning rates may take: the rest is the expert's own training.
  private static let trialShare = 0.5
  /// Steps below which an expert mostly learns nothing.
  private static let fewSteps = 50

  /// The most steps of the next trial: where time is short as many as the first one had, as only equal trials can be compared.
  var mostTrialSteps: Int {
    guard options.budgetSeconds != nil else { return Self.trialSteps }
    // One that ran away has fewer, whatever the time.
    return state.evidence.trials.first { $0.loss < .greatestFiniteMagnitude }?.steps ?? Self.trialSteps
  }

  /// Seconds after which a trial ends; `nil`: there is no budget, or an earlier trial has set the number of steps.
  var trialLimit: Double? {
    guard let budget = options.budgetSeconds,
      !state.evidence.trials.contains(where: { $0.loss < .greatestFiniteMagnitude })
    else { return nil }
    return budget * Self.trialShare / Double(LearnOptions.rates.count)
  }

  /// Whether no further trial begins: there is one that tells something, and their share of the budget is long gone.
  var haveTrialsUsedUpTheirTime: Bool {
    guard let budget = options.budgetSeconds, let spent = state.trialSeconds,
      state.evidence.trials.contains(where: { $0.loss < .greatestFiniteMagnitude })
    else { return false }
    // Half as much again is for what is measured after each.
    return spent >= 1.5 * budget * Self.trialShare
  }

  /// What to say where the time was over after a few steps; `nil`: it was not.
  ///
  /// - Parameter steps: Of the expert's training.
  func shortOfTime(steps: Int) -> String? {
    guard state.evidence.stop == .budget, steps < Self.fewSteps, let budget = options.budgetSeconds else { return nil }
    func seconds(_ value: Double) -> String { String(format: "%.1f s", value) }
    let trials = state.trialSeconds.map {
      ", of which the trials of learning rates had taken \(seconds($0)): --learning-rate leaves them out"
    }
    return
      "--budget (\(seconds(budget))) was used up after \(steps) step\(steps == 1 ? "" : "s") of training, and fewer than \(Self.fewSteps) rarely learn anything"
      + "\(trials ?? ""). Give a longer --budget."
  }
}
