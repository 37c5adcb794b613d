public import Torch

/// SwiGLU feed-forward block (Shazeer, arXiv 2002.05202): `W_down (SiLU(W_gate x) ⊙ W_up x)`.
public struct FeedForward: Sendable {
  public let gate: Tensor  // [intermediate, hidden]
  public let up: Tensor  // [intermediate, hidden]
  public let down: Tensor  // [hidden, intermediate]

  /// `x` (normed): […, hidden] → […, hidden]. Without experts this is the base.
  public func forward(_ x: Tensor, experts: (any ExpertSelection)? = nil, layer: Int = 0) throws -> Tensor {
    guard let experts else {
      return try (x.linear(gate).silu() * x.linear(up)).linear(down)
    }
    let activated = try experts.project(x, through: gate, at: .gate, layer: layer).silu()
    let inner = try activated * experts.project(x, through: up, at: .up, layer: layer)  // […, intermediate]
    return try experts.project(inner, through: down, at: .down, layer: layer)
  }
}
