public import Torch

/// One layer: normed attention and normed feed-forward, each added to the residual stream.
public struct DecoderLayer: Sendable {
  public let attentionNorm: Tensor  // [hidden]
  public let attention: Attention
  public let feedForwardNorm: Tensor  // [hidden]
  public let feedForward: FeedForward

  /// `x`: [tokens, hidden] → the same.
  func forward(_ x: Tensor, _ pass: ForwardPass, layer: Int) throws -> Traced {
    let (epsilon, tracing) = (pass.epsilon, pass.tracing)
    let attended = try attention.forward(
      x.rmsNormalized(weight: attentionNorm, epsilon: epsilon), pass, layer: layer)
    let (middle, normed) = try x.addedAndNormalized(attended.value, weight: feedForwardNorm, epsilon: epsilon)
    let fed =
      try pass.experts?.feedForward(normed, through: feedForward, layer: layer, tracing: tracing)
      ?? feedForward.forward(normed, tracing: tracing)
    return Traced(try middle + fed.value, tracing: tracing) { gradient, toInput in
      // Below the lowest trained factor nothing is computed.
      let toAttention = toInput || pass.experts?.trainsAttention(layer: layer) == true
      guard let inner = try fed.pulledBack(gradient, toInput: toAttention) else { return nil }
      let middleGradient = try inner.rmsNormBackward(middle, weight: feedForwardNorm, epsilon: epsilon, rest: gradient)
      guard let outer = try attended.pulledBack(middleGradient, toInput: toInput) else { return nil }
      return try outer.rmsNormBackward(x, weight: attentionNorm, epsilon: epsilon, rest: middleGradient)
    }
  }
}
