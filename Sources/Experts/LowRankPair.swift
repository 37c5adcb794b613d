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

  /// Adds the low-rank term to the frozen product.
  ///
  /// - Parameters:
  ///   - product: `W x`. [rows, out]
  ///   - input: x after dropout. [rows, in]
  /// - Returns: [rows, out]
  public func added(to product: Tensor, input: Tensor) throws -> Tensor {
    try product.addingProduct(input.linear(a), b.transposed(0, 1), times: scaling)
  }

  /// `A x` alone. `input`: [rows, in] → [rows, rank].
  public func reduced(_ input: Tensor) throws -> Tensor { try input.linear(a) }
}
