import Torch

/// What one forward pass shares between its layers.
struct ForwardPass {
  let packing: Packing
  /// For attention on packed tokens; nil where it needs the padded grid (a cache, a mask of its own, another device).
  let layout: PackedAttention.Layout?
  let mask: AttentionMask
  let rotary: RotaryEmbedding
  let angles: RotaryEmbedding.Angles
  let epsilon: Double
  let experts: (any ExpertSelection)?
  let cache: KeyValueCache?
  /// Whether the ways back are kept.
  var tracing: Bool

  /// One projection, under the experts. `x`: [tokens, in] → [tokens, out].
  func project(_ x: Tensor, _ weight: FrozenMatrix, _ projection: Projection, layer: Int) throws -> Traced {
    guard let experts else { return try Traced.linear(x, weight, tracing: tracing) }
    return try experts.project(x, through: weight, at: projection, layer: layer, tracing: tracing)
  }
}
