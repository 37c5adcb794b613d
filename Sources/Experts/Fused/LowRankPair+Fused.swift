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
    let type = input.factorType
    let (first, second) = (try a.factor(in: type), try b.factor(in: type))
    let reduction = try LowRankReduction(input, a: Kernels.stacked([first]), dropout: dropout)
    let padded = try reduction.forward() * scaling  // [tokens, rank padded to a block]
    let reduced = try padded.narrowed(1, from: 0, count: rank).contiguous()  // [tokens, rank]
    let sum = try reduced.factorProduct(second, adding: input.linear(weight))
    return Traced(sum, tracing: tracing) { gradient, toInput in
      let back = try gradient.throughFactor(second, of: reduced)
      try b.accumulateGradient(back.factor.transposed(0, 1))
      let inner = try back.reduced * scaling  // [tokens, rank]
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
}
