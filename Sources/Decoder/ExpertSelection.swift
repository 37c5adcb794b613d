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

/// Which experts a batch uses. Travels with the batch through the decoder, which stays as it is.
///
/// At a linear layer a selection may add a low-rank term; at a feed-forward block it may replace the whole combination
/// (MoE-CL mixes two complete passes per token). No selection at all is the base, bit for bit.
public protocol ExpertSelection {
  /// The output of one projection. `input`: [batch, time, in] → [batch, time, out].
  func project(_ input: Tensor, through weight: Tensor, at projection: Projection, layer: Int) throws -> Tensor

  /// The output of one feed-forward block, without the residual. `input` (normed): [batch, time, hidden] → the same.
  func feedForward(_ input: Tensor, through block: FeedForward, layer: Int) throws -> Tensor
}

extension ExpertSelection {
  public func project(_ input: Tensor, through weight: Tensor, at projection: Projection, layer: Int) throws -> Tensor {
    try input.linear(weight)
  }

  public func feedForward(_ input: Tensor, through block: FeedForward, layer: Int) throws -> Tensor {
    try block.forward(input, experts: self, layer: layer)
  }
}
