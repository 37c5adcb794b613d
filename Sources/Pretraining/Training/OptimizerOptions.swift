public import Records
import Torch

/// What moves the weights of a base that is pretrained (docs/pretraining.md, "Steps").
public struct OptimizerOptions: Sendable, Equatable, Codable {
  public var kind: OptimizerKind
  /// λ, for tensors of two dimensions.
  public var weightDecay: Double
  /// The common norm that gradients are scaled down to; 0: they are not.
  public var gradientClip: Double
  /// ρ: what the rate of routed experts is multiplied by.
  public var routedRateFactor: Double

  public init(
    kind: OptimizerKind = .adamw, weightDecay: Double = 0.1, gradientClip: Double = 1, routedRateFactor: Double = 1
  ) {
    self.kind = kind
    self.weightDecay = weightDecay
    self.gradientClip = gradientClip
    self.routedRateFactor = routedRateFactor
  }

  static let betas = (0.9, 0.95)
}
