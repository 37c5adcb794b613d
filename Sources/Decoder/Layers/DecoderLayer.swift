public import Torch

/// One layer: normed attention and normed feed-forward, each added to the residual stream.
public struct DecoderLayer: Sendable {
  public let attentionNorm: Tensor  // [hidden]
  public let attention: Attention
  public let feedForwardNorm: Tensor  // [hidden]
  public let feedForward: FeedForward

  /// `x`: [batch, time, hidden] → the same.
  func forward(
    _ x: Tensor, epsilon: Double, rotary: RotaryEmbedding, angles: RotaryEmbedding.Angles, mask: AttentionMask,
    experts: (any ExpertSelection)?, cache: KeyValueCache?, layer: Int
  ) throws -> Tensor {
    let attended = try attention.forward(
      x.rmsNormalized(weight: attentionNorm, epsilon: epsilon), rotary: rotary, angles: angles, mask: mask,
      experts: experts, cache: cache, layer: layer)
    let middle = try x + attended
    let normed = try middle.rmsNormalized(weight: feedForwardNorm, epsilon: epsilon)
    let fed =
      try experts?.feedForward(normed, through: feedForward, layer: layer) ?? feedForward.forward(normed)
    return try middle + fed
  }
}
