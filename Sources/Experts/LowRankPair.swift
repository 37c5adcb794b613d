public import Torch

/// Two factors whose product is added to a frozen matrix: `W x + (α / r) B A x` (Hu et al., arXiv 2106.09685).
public struct LowRankPair: Sendable {
  public let a: Tensor  // [rank, in]
  public let b: Tensor  // [out, rank]
  /// α / r
  public let scaling: Double

  public init(a: Tensor, b: Tensor, scaling: Double) {
    self.a = a
    self.b = b
    self.scaling = scaling
  }

  /// Adds the low-rank term to a product with the frozen matrix.
  ///
  /// - Parameters:
  ///   - product: `W x`. [tokens, out]
  ///   - input: `x` after dropout. [tokens, in]
  /// - Returns: The sum [tokens, out], and what ``pullBack(_:_:)`` needs.
  package func added(to product: Tensor, input: Tensor) throws -> (sum: Tensor, trace: Trace) {
    let reduced = try input.linear(a) * scaling  // [tokens, rank]
    return (try reduced.linear(b, adding: product), Trace(input: input, reduced: reduced))
  }

  /// What a pair remembers of its forward pass.
  package struct Trace {
    package let input: Tensor  // [tokens, in]
    /// (α / r) A x. [tokens, rank]
    package let reduced: Tensor
  }

  /// From the gradient of the sum to those of the factors, which are added to what they collect, and to that of A x.
  ///
  /// With p = (α/r) A x: dB += dyᵀ p; dA += (α/r) (dy B)ᵀ x.
  /// - Returns: (α/r) dy B, from which ``inputGradient(_:)`` is one product away. [tokens, rank]
  @discardableResult
  package func pullBack(_ gradient: Tensor, _ trace: Trace) throws -> Tensor {
    try b.accumulateGradient(trace.reduced.transposedProduct(gradient).transposed(0, 1))
    let reduced = try reducedGradient(gradient)
    try a.accumulateGradient(reduced.transposedProduct(trace.input))
    return reduced
  }

  /// (α/r) dy B. `gradient`: [tokens, out] → [tokens, rank].
  package func reducedGradient(_ gradient: Tensor) throws -> Tensor { try gradient.linearTransposed(b) * scaling }

  /// The gradient by the pair's input. `reduced`: [tokens, rank] → [tokens, in].
  package func inputGradient(_ reduced: Tensor) throws -> Tensor { try reduced.linearTransposed(a) }

  /// `A x` alone. `input`: [tokens, in] → [tokens, rank].
  package func reduced(_ input: Tensor) throws -> Tensor { try input.linear(a) }
}
