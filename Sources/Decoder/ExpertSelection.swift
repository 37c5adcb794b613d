public import Torch

/// The linear projections of a decoder layer, by the names that PEFT uses.
public enum Projection: String, Sendable, CaseIterable, Codable {
  case query = "q_proj"
  case key = "k_proj"
  case value = "v_proj"
  case attentionOutput = "o_proj"
  case gate = "gate_proj"
  case up = "up_proj"
  case down = "down_proj"
}

/// The tokens of a batch that visit one routed expert of a layer's MoE block.
public struct RoutedVisit {
  public let layer: Int
  public let expert: Int
  /// The packed token of each row of the input. Rows of alignment padding repeat a token; their results are unused.
  public let tokens: ArraySlice<Int>

  public init(layer: Int, expert: Int, tokens: ArraySlice<Int>) {
    self.layer = layer
    self.expert = expert
    self.tokens = tokens
  }
}

/// Which experts a batch uses. Travels with the batch through the decoder, which stays as it is.
///
/// At a linear layer a selection may add a low-rank term; at a feed-forward block it may replace the whole combination
/// (MoE-CL mixes two complete passes per token). No selection at all is the base, bit for bit.
///
/// Tokens are packed: [tokens, width], the sequences of the batch one after the other without padding.
public protocol ExpertSelection {
  /// The output of one projection. `input`: [tokens, in] → [tokens, out].
  func project(_ input: Tensor, through weight: WeightMatrix, at projection: Projection, layer: Int, tracing: Bool)
    throws
    -> Traced

  /// The output of one feed-forward block, without the residual. `input` (normed): [tokens, hidden] → the same.
  func feedForward(_ input: Tensor, through block: FeedForward, layer: Int, tracing: Bool) throws -> Traced

  /// The output of one routed expert of an MoE model, not yet weighted. `input` (normed): [visiting tokens, hidden] → the same.
  func routed(_ input: Tensor, through block: FeedForward, visit: RoutedVisit, tracing: Bool) throws -> Traced

  /// The same for a pass that goes on with only some of the packed tokens; `nil` where it needs all of them.
  ///
  /// - Parameter tokens: Those tokens, by number; the last ones may be copies, which are unused.
  func narrowed(to tokens: [Int]) throws -> (any ExpertSelection)?

  /// Whether what a token gets depends on nothing but what it is: then tokens that all sequences share may be computed once.
  var treatsSequencesAlike: Bool { get }

  /// Makes the same for threads that compute beside each other; `nil` where it keeps something of a pass.
  var copies: (@Sendable () -> any ExpertSelection)? { get }

  /// The same for inference, where sequences with different experts go together; `nil`: only a training pass has it.
  func inferenceExpert() throws -> (any InferenceExpert)?

  /// Called before a layer in passes that compute activations again in the backward pass.
  ///
  /// - Parameters:
  ///   - layer: Which one comes next.
  ///   - again: Whether this pass was through it before. It then has to drop out what it dropped, and collects nothing twice.
  func enter(layer: Int, again: Bool)

  /// Whether training moves something in a layer's attention: where not, the lowest layer's has no backward pass.
  func trainsAttention(layer: Int) -> Bool

  /// Whether training moves something in a layer's routed experts. Where not, they are the base's, and a device may compute all of them at
  /// once, without ``routed(_:through:visit:tracing:)``.
  func trainsRouted(layer: Int) -> Bool
}

extension ExpertSelection {
  public func project(
    _ input: Tensor, through weight: WeightMatrix, at projection: Projection, layer: Int, tracing: Bool
  ) throws -> Traced {
    try Traced.linear(input, weight, tracing: tracing)
  }

  public func feedForward(_ input: Tensor, through block: FeedForward, layer: Int, tracing: Bool) throws -> Traced {
    try block.forward(input, experts: self, layer: layer, tracing: tracing)
  }

  public func routed(
    _ input: Tensor, through block: FeedForward, visit: RoutedVisit, tracing: Bool
  ) throws -> Traced {
    try block.forward(input, tracing: tracing)
  }

  public func narrowed(to tokens: [Int]) throws -> (any ExpertSelection)? { nil }

  public var treatsSequencesAlike: Bool { false }

  public var copies: (@Sendable () -> any ExpertSelection)? { nil }

  public func inferenceExpert() throws -> (any InferenceExpert)? { nil }

  public func enter(layer: Int, again: Bool) {}

  public func trainsAttention(layer: Int) -> Bool { false }

  public func trainsRouted(layer: Int) -> Bool { false }
}
