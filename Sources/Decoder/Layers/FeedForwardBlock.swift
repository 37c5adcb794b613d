import Torch

/// What stands behind attention in a layer.
public enum FeedForwardBlock: Sendable {
  case dense(FeedForward)
  case moe(MoEBlock)

  /// The block that every token goes through and that experts plug into; `nil` where there are routed experts only.
  public var common: FeedForward? {
    switch self {
    case .dense(let block): block
    case .moe(let moe): moe.shared
    }
  }

  var matrices: [WeightMatrix] {
    switch self {
    case .dense(let block): block.matrices
    case .moe(let moe): (moe.shared?.matrices ?? []) + moe.experts.flatMap(\.matrices)
    }
  }

  /// `x` (normed): [tokens, hidden] → the same.
  func forward(_ x: Tensor, _ pass: ForwardPass, layer: Int) throws -> Traced {
    switch self {
    case .dense(let block): try pass.feed(x, through: block, layer: layer)
    case .moe(let moe): try moe.forward(x, pass, layer: layer)
    }
  }
}
