import Files
import Learning
import Records
import Torch

/// What learning a task would take, measured by a few steps that are thrown away.
public struct LearnPlan: Sendable, Codable, Equatable {
  /// Steps of a pass over the learn rows; 0: nothing is trained.
  public let stepsOfEpoch: Int
  /// Steps at most, those of the last training on all rows included; the choose rows may end training long before.
  public let mostSteps: Int
  /// Steps of the trials of learning rates.
  public let trialSteps: Int
  /// Values that the optimizer would move.
  public let trainedParameters: Int
  /// Of a step on this machine, now.
  public let secondsPerStep: Double
  /// The largest resident memory of this process so far, base included.
  public let peakBytes: Int
}

extension TaskModelTraining {
  /// Steps that are timed.
  private static let timedSteps = 3

  /// Takes a few steps and forgets them. The first one passes the longest batch through, so that memory shows.
  /// - Throws: What stops training.
  public func plan() throws -> LearnPlan {
    guard candidates.contains(where: \.hasExpert), options.maxEpochs > 0 else {
      return LearnPlan(
        stepsOfEpoch: 0, mostSteps: 0, trialSteps: 0, trainedParameters: 0, secondsPerStep: 0,
        peakBytes: ProcessMemory.peakResidentBytes)
    }
    let session = try TrainingSession(
      self, on: rows.learn, rate: options.learningRate ?? LearnOptions.rates[0], from: nil, state: nil)
    _ = try session.step()
    let start = ContinuousClock.now
    var timed = 0
    while timed < Self.timedSteps, try session.step() != nil { timed += 1 }
    let total = session.training.totalSteps
    let all = rows.learn.count + rows.choose.count
    let again = trainsOnAllRows ? options.maxEpochs * ((all + options.batchSize - 1) / options.batchSize) : 0
    return LearnPlan(
      stepsOfEpoch: session.stepsOfPass, mostSteps: total + again,
      trialSteps: options.learningRate == nil ? LearnOptions.rates.count * min(Self.trialSteps, total) : 0,
      trainedParameters: session.training.parameters.count,
      secondsPerStep: timed > 0 ? start.duration(to: .now).seconds / Double(timed) : 0,
      peakBytes: ProcessMemory.peakResidentBytes)
  }
}
