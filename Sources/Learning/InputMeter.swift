public import Decoder
import ModelConfiguration
public import Torch

/// Experts that are watched: the mean over each sequence's tokens of what enters the feed-forward blocks. Its outputs are the experts'.
public final class InputMeter: ExpertSelection {
  private let experts: (any ExpertSelection)?
  private let pooling: PoolingWeights
  private var byLayer: [Int: Tensor] = [:]

  /// - Parameters:
  ///   - experts: Who answers; `nil` is the base.
  ///   - pooling: Of the batch that passes.
  public init(_ experts: (any ExpertSelection)?, pooling: PoolingWeights) {
    self.experts = experts
    self.pooling = pooling
  }

  /// Of each of the base's `commonLayers` that a pass went through, from the lowest. [sequences, hidden]
  public var means: [Tensor] { byLayer.sorted { $0.key < $1.key }.map(\.value) }

  public func project(
    _ input: Tensor, through weight: WeightMatrix, at projection: Projection, layer: Int, tracing: Bool
  ) throws -> Traced {
    try experts?.project(input, through: weight, at: projection, layer: layer, tracing: tracing)
      ?? Traced.linear(input, weight, tracing: tracing)
  }

  public func feedForward(_ z: Tensor, through block: FeedForward, layer: Int, tracing: Bool) throws -> Traced {
    // A layer that is computed again has the same input.
    if byLayer[layer] == nil { byLayer[layer] = try pooling.mean(z) }
    return try experts?.feedForward(z, through: block, layer: layer, tracing: tracing)
      ?? block.forward(z, tracing: tracing)
  }

  public func routed(
    _ input: Tensor, through block: FeedForward, visit: RoutedVisit, tracing: Bool
  ) throws -> Traced {
    try experts?.routed(input, through: block, visit: visit, tracing: tracing) ?? block.forward(input, tracing: tracing)
  }

  public func trainsRouted(layer: Int) -> Bool { experts?.trainsRouted(layer: layer) == true }

  public func enter(layer: Int, again: Bool) { experts?.enter(layer: layer, again: again) }

  public func trainsAttention(layer: Int) -> Bool { experts?.trainsAttention(layer: layer) == true }
}
