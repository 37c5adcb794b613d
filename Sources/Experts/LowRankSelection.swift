public import Decoder
public import Torch

/// One plain LoRA expert for every sequence of the batch.
///
/// One that is kept in bfloat16 is widened when a pass first needs its factors in float32. Inference never does.
public struct LowRankSelection: ExpertSelection {
  public let expert: LowRankExpert
  private let widened: WidenedExpert
  let dropout: Dropout?
  /// The routed expert whose projections come next; `nil`: those of the layer itself.
  private var visited: Int?
  private let stacks = StackedFactors.Cache()

  /// - Parameters:
  ///   - expert: What every sequence uses.
  ///   - dropout: `nil` in inference.
  public init(_ expert: LowRankExpert, dropout: Dropout? = nil) { self.init(WidenedExpert(expert), dropout) }

  private init(_ widened: WidenedExpert, _ dropout: Dropout?) {
    (expert, self.widened, self.dropout) = (widened.stored, widened, dropout)
  }

  /// Memory that passes have taken for it, beside the expert's own.
  public var madeBytes: Int { widened.bytes + stacks.bytes }

  private func pair(_ projection: Projection, _ layer: Int, of expert: LowRankExpert) -> LowRankPair? {
    expert.pairs.indices.contains(layer) ? expert.pairs[layer][ProjectionSite(projection, ofExpert: visited)] : nil
  }

  public func project(
    _ input: Tensor, through weight: WeightMatrix, at projection: Projection, layer: Int, tracing: Bool
  ) throws -> Traced {
    guard let pair = pair(projection, layer, of: try widened.expert()) else {
      return try Traced.linear(input, weight, tracing: tracing)
    }
    if Kernels.suitActivations(input) || Kernels.areDevices(input), pair.a.dtype == .float32 {
      return try pair.fused(input, through: weight, dropout: dropout?.masks(1), tracing: tracing)
    }
    return try Traced.inFloat32(input, tracing: tracing) {
      try composed($0, through: weight, pair, tracing: tracing)
    }
  }

  /// The same by single operations, on other devices.
  private func composed(_ input: Tensor, through weight: WeightMatrix, _ pair: LowRankPair, tracing: Bool) throws
    -> Traced
  {
    let mask = try dropout?.mask(like: input)
    let (sum, trace) = try pair.added(to: input.linear(weight), input: mask.map { try input * $0 } ?? input)
    return Traced(sum, tracing: tracing) { gradient, toInput in
      let reduced = try pair.pullBack(gradient, trace)
      guard toInput else { return nil }
      let own = try pair.inputGradient(reduced)
      return try gradient.linearTransposed(weight, adding: mask.map { try own * $0 } ?? own)
    }
  }

  public func feedForward(_ z: Tensor, through block: FeedForward, layer: Int, tracing: Bool) throws -> Traced {
    guard let pairs = FusedFeedForward.Pairs(try widened.expert(), layer: layer), FusedFeedForward.suits(z, [pairs])
    else {
      return try block.forward(z, experts: self, layer: layer, tracing: tracing)
    }
    let (output, kept) = try FusedFeedForward.forward(
      z, through: block, experts: [pairs], stack: stacks.layer(layer, [pairs], for: z), dropout: dropout)
    return Traced(output.value, tracing: tracing) { try kept.backward($0, pool: nil, toInput: $1) }
  }

  public func routed(
    _ input: Tensor, through block: FeedForward, visit: RoutedVisit, tracing: Bool
  ) throws -> Traced {
    guard expert.shape.routed else { return try block.forward(input, tracing: tracing) }
    var inside = self
    inside.visited = visit.expert
    return try block.forward(input, experts: inside, layer: visit.layer, tracing: tracing)
  }

  public func trainsRouted(layer: Int) -> Bool { expert.shape.routed }

  public func narrowed(to tokens: [Int]) throws -> (any ExpertSelection)? { self }

  public var treatsSequencesAlike: Bool { dropout == nil }

  public var copies: (@Sendable () -> any ExpertSelection)? {
    guard dropout == nil, visited == nil else { return nil }
    let widened = widened
    return { LowRankSelection(widened, nil) }
  }

  public func inferenceExpert() throws -> (any InferenceExpert)? { dropout == nil ? PreparedExpert(expert) : nil }

  public func enter(layer: Int, again: Bool) { dropout?.enter(layer: layer, again: again) }

  public func trainsAttention(layer: Int) -> Bool {
    let attention: [Projection] = [.query, .key, .value, .attentionOutput]
    return attention.contains { pair($0, layer, of: expert) != nil }
  }
}
