public import ModelConfiguration

/// What one step of pretraining did.
public struct PretrainingReport: Sendable, Codable, Equatable {
  /// Counted from 1.
  public var step: Int
  public var stage: String
  /// `task`: mean of −ln p of the next token, in nats; `balance` and `z`: sums over layers, before their weights.
  public var terms: [String: Double]
  /// The weighted sum.
  public var loss: Double
  public var learningRate: Double
  /// L2 norm of all gradients before clipping.
  public var gradientNorm: Double
  /// Targets of this step.
  public var tokens: Int
  /// Of each layer with an MoE block, lowest first: means over the micro-batches.
  public var routing: [RouterLoad]?

  package init(
    step: Int, stage: String, terms: [String: Double], loss: Double, learningRate: Double, gradientNorm: Double,
    tokens: Int, routing: [RouterLoad]? = nil
  ) {
    self.step = step
    self.stage = stage
    self.terms = terms
    self.loss = loss
    self.learningRate = learningRate
    self.gradientNorm = gradientNorm
    self.tokens = tokens
    self.routing = routing
  }
}
