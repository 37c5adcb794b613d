import Torch

extension Tensor {
  /// Back through the second factor of a low-rank term `y = B p`, from the gradient by y. A GPU multiplies what is bfloat16 as it is; the
  /// CPU keeps float32 factors exact.
  ///
  /// `self`: [tokens, out].
  /// - Parameters:
  ///   - factor: B. [out, rank]
  ///   - reduced: p. [tokens, rank]
  /// - Returns: The gradients by p [tokens, rank], and by Bᵀ [rank, out], in float32.
  func throughFactor(_ factor: Tensor, of reduced: Tensor) throws -> (reduced: Tensor, factor: Tensor) {
    guard factorType == .bfloat16 else {
      let exact = try converted(to: .float32)
      return (try exact.linearTransposed(factor.converted(to: .float32)), try reduced.transposedProduct(exact))
    }
    return (
      try productInFloat32(factor.converted(to: .bfloat16)),
      try reduced.converted(to: .bfloat16).transposed(0, 1).productInFloat32(self)
    )
  }
}
