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

  /// Of all of them.
  let type: DType

  /// - Parameters:
  ///   - experts: Of one layer.
  ///   - type: Of all factors: that of `Tensor.factorType`.
  package init(_ experts: [FusedFeedForward.Pairs], in type: DType) throws {
    self.type = type
    func stack(_ factors: [Tensor], isTransposed: Bool = false) throws -> Tensor {
      try Kernels.stacked(
        factors.map {
          let factor = try $0.factor(in: type)
          return isTransposed ? try factor.transposed(0, 1) : factor
        })
    }
    inputs = try stack(experts.flatMap { [$0.gate.a, $0.up.a] })
    outputs = try stack(experts.flatMap { [$0.gate.b, $0.up.b] }, isTransposed: true)
    down = try stack(experts.map(\.down.a))
    let stacked = try stack(experts.map(\.down.b), isTransposed: true)  // [experts, rank, hidden]
    factors = try stacked.reshaped([-1, stacked.shape[2]]).transposed(0, 1)
  }

  /// Memory that they take.
  var bytes: Int { [inputs, outputs, down, factors].reduce(0) { $0 + $1.byteCount } }

  /// One selection's, by layer. One owner: the pass, or the generation, that the selection was made for.
  package final class Cache {
    private var layers: [Int: StackedFactors] = [:]

    package init() {}

    /// Memory that they take.
    package var bytes: Int { layers.values.reduce(0) { $0 + $1.bytes } }

    /// - Parameters:
    ///   - layer: Its number.
    ///   - experts: Of that layer.
    ///   - z: The activations that they meet.
    package func layer(_ layer: Int, _ experts: [FusedFeedForward.Pairs], for z: Tensor) throws -> StackedFactors {
      let type = z.factorType
      if let found = layers[layer], found.type == type { return found }
      let made = try StackedFactors(experts, in: type)
      layers[layer] = made
      return made
    }
  }
}
