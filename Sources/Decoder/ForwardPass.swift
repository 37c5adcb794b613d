import Torch

/// What one forward pass shares between its layers.
struct ForwardPass {
  let packing: Packing
  let plans: AttentionPlans
  let rotary: RotaryEmbedding
  let angles: RotaryEmbedding.Angles
  /// Of layers with a window, where these have a RoPE of their own.
  let localAngles: RotaryEmbedding.Angles?
  let epsilon: Double
  var experts: (any ExpertSelection)?
  let cache: KeyValueCache?
  /// How a pass without gradients computes; `nil`: as training does.
  var inference: InferencePass?
  let sharing: SharedKeys
  /// Limits and losses of the MoE blocks' routers, in pretraining.
  var routing: RoutingPass?
  /// Whether the backward passes are kept.
  var tracing: Bool
  /// Which tokens are read in the end; only the last layer's pass has it.
  var reading: Reading?
  /// Real tokens among the rows: behind them is alignment padding.
  var tokens: Int
  /// What activations within a layer are held in; the residual stream is float32.
  var activations = DType.float32

  /// What stands behind the last layer's attention, with the tokens that are read as its rows.
  func afterAttention() -> ForwardPass {
    guard let reading else { return self }
    var copy = self
    (copy.tokens, copy.experts, copy.inference) = (reading.count, reading.experts, reading.inference)
    return copy
  }

  func angles(window: Int?) -> RotaryEmbedding.Angles { window == nil ? angles : localAngles ?? angles }

  func plan(window: Int?) throws -> AttentionPlan { try plans.plan(window: window) }

  /// One projection, under the experts. `x`: [tokens, in] → [tokens, out].
  func project(_ x: Tensor, _ weight: WeightMatrix, _ projection: Projection, layer: Int) throws -> Traced {
    if let inference { return Traced(try inference.project(x, weight, projection, layer: layer)) }
    guard let experts else { return try Traced.linear(x, weight, tracing: tracing) }
    return try experts.project(x, through: weight, at: projection, layer: layer, tracing: tracing)
  }

  /// A dense feed-forward block, under the experts. `x` (normed): [tokens, hidden] → the same.
  func feed(_ x: Tensor, through block: FeedForward, layer: Int) throws -> Traced {
    if let inference { return Traced(try inference.feed(x, through: block, at: BlockPlace(layer: layer))) }
    guard let experts else { return try block.forward(x, tracing: tracing) }
    return try experts.feedForward(x, through: block, layer: layer, tracing: tracing)
  }
}
