import Torch

/// What one forward pass shares between its layers.
struct ForwardPass {
  let packing: Packing
  let mask: AttentionMask
  let rotary: RotaryEmbedding
  let angles: RotaryEmbedding.Angles
  let epsilon: Double
  let experts: (any ExpertSelection)?
  let cache: KeyValueCache?
  /// Whether the ways back are kept.
  let tracing: Bool

  /// One projection, under the experts. `x`: [tokens, in] → [tokens, out].
  func project(_ x: Tensor, _ weight: Tensor, _ projection: Projection, layer: Int) throws -> Traced {
    guard let experts else { return try Traced.linear(x, weight, tracing: tracing) }
    return try experts.project(x, through: weight, at: projection, layer: layer, tracing: tracing)
  }
}
