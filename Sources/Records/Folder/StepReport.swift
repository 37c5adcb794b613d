/// What one optimizer step did.
public struct StepReport: Sendable, Codable, Equatable {
  /// Counted from 1, within the task.
  public var step: Int
  /// Steps that the task will take.
  public var totalSteps: Int
  public var epoch: Int
  /// Value of each loss term, before its weight; `task` is the task's own.
  public var terms: [String: Double]
  /// The weighted sum.
  public var loss: Double
  public var learningRate: Double
  /// L2 norm of all gradients before clipping.
  public var gradientNorm: Double
  /// Real tokens of this step.
  public var tokens: Int

  package init(
    step: Int, totalSteps: Int, epoch: Int, terms: [String: Double], loss: Double, learningRate: Double,
    gradientNorm: Double, tokens: Int
  ) {
    self.step = step
    self.totalSteps = totalSteps
    self.epoch = epoch
    self.terms = terms
    self.loss = loss
    self.learningRate = learningRate
    self.gradientNorm = gradientNorm
    self.tokens = tokens
  }
}
