package import Decoder
package import Torch

extension LowRankPair {
  /// One projection by the fused kernels: `W x + (α / r) B A drop(x)`. Kept for the backward pass: the input itself, which others hold
  /// too, and what is as narrow as the rank; the mask is computed again.
  ///
  /// - Parameters:
  ///   - input: [tokens, in]
  ///   - weight: Frozen. [out, in]
  ///   - dropout: One key; `nil` in inference.
  /// - Returns: [tokens, out]
  package func fused(_ input: Tensor, through weight: WeightMatrix, dropout: DropoutMasks?, tracing: Bool) throws
    -> Traced
  {
    let rank = a.shape[0]
    let reduction = try LowRankReduction(input, a: Kernels.stacked([a]), dropout: dropout)
    let padded = try reduction.forward() * scaling  // [tokens, rank padded to a block]
    let reduced = try padded.narrowed(1, from: 0, count: rank).contiguous()  // [tokens, rank]
    let sum = try reduced.factorProduct(b, adding: input.linear(weight))
    return Traced(sum, tracing: tracing) { gradient, toInput in
      let inner = try pullBackFactor(gradient, reduced)  // [tokens, rank]
      let missing = Kernels.padded(rank: rank) - rank
      let wide =  // [tokens, rank padded to a block]
        missing == 0
        ? inner : try Tensor.concatenated([inner, Tensor.zeros([inner.shape[0], missing], on: inner.device)], axis: 1)
      let result = toInput ? try gradient.linearTransposed(weight) : nil
      let factor = try reduction.backward(wide, addingTo: result)  // [1, padded, in]
      try a.accumulateGradient(factor.selected(0, 0).narrowed(0, from: 0, count: rank))
      return result
    }
  }
  /// The gradient by B, which it collects, and that by (α/r) A x. `gradient`: [tokens, out]; `reduced`: [tokens, rank] → the same.
  ///
  /// A GPU multiplies what is bfloat16 as it is; the CPU keeps float32 factors exact.
  private func pullBackFactor(_ gradient: Tensor, _ reduced: Tensor) throws -> Tensor {
    guard gradient.isHalf, Kernels.areDevices(gradient) else {
      let exact = try gradient.converted(to: .float32)
      try b.accumulateGradient(reduced.transposedProduct(exact).transposed(0, 1))
      return try reducedGradient(exact)
    }
    try b.accumulateGradient(gradient.transposed(0, 1).productInFloat32(reduced.converted(to: .bfloat16)))
    return try gradient.productInFloat32(b.converted(to: .bfloat16)) * scaling
  }
}
