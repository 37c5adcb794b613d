import Decoder
package import Torch

/// The factors of one layer's experts as the fused kernels want them. Made once for a selection: in decoding, every token uses
/// them again.
package struct StackedFactors {
  /// A of gate and up, expert after expert. [2 · experts, rank, hidden]
  let inputs: Tensor
  /// Bᵀ of gate and up. [2 · experts, rank, intermediate]
  let outputs: Tensor
  /// A of down. [experts, rank, intermediate]
  package let down: Tensor
  /// B of down, side by side. [hidden, experts · rank]
  package let factors: Tensor

  package init(_ experts: [FusedFeedForward.Pairs]) throws {
    inputs = try Kernels.stacked(experts.flatMap { [$0.gate.a, $0.up.a] })
    outputs = try Kernels.stacked(
      experts.flatMap { [try $0.gate.b.transposed(0, 1), try $0.up.b.transposed(0, 1)] })
    down = try Kernels.stacked(experts.map(\.down.a))
    let stacked = try Kernels.stacked(experts.map { try $0.down.b.transposed(0, 1) })  // [experts, rank, hidden]
    factors = try stacked.reshaped([-1, stacked.shape[2]]).transposed(0, 1)
  }

  /// One selection's, by layer. One owner: the pass, or the generation, that the selection was made for.
  package final class Cache {
    private var layers: [Int: StackedFactors] = [:]

    package init() {}

    package func layer(_ layer: Int, _ experts: [FusedFeedForward.Pairs]) throws -> StackedFactors {
      if let found = layers[layer] { return found }
      let made = try StackedFactors(experts)
      layers[layer] = made
      return made
    }
  }
}
