/// Frozen matrices of one shape that lie one after the other in one tensor, so that a device multiplies rows of all of them in one call.
public struct StackedMatrices: Sendable {
  private let whole: Tensor  // bfloat16 [count, out, in]
  /// The same one by one; they share the memory.
  public let matrices: [WeightMatrix]

  /// - Parameter matrices: The result is instead of these.
  /// - Returns: `nil` where a device's grouped product does not take them: all bfloat16, widths in bytes multiples of 16.
  public init?(_ matrices: [WeightMatrix]) throws {
    let plain = matrices.compactMap { matrix -> Tensor? in
      guard case .plain(let weight) = matrix.storage, matrix.suitsHalfProducts else { return nil }
      return weight
    }
    guard let first = plain.first, plain.count == matrices.count, plain.allSatisfy({ $0.shape == first.shape }),
      first.shape.count == 2, GroupedProduct.suits(first, widths: first.shape[0], first.shape[1])
    else { return nil }
    whole = try Tensor.stacked(plain)
    self.matrices = try (0..<plain.count).map { [whole] in try WeightMatrix(whole.selected(0, $0)) }
  }

  /// Whether rows go through it.
  public func suits(_ x: Tensor) -> Bool { GroupedProduct.suits(x, widths: whole.shape[1], whole.shape[2]) }

  /// x Wᵀ with each row's own matrix. `ends`: behind the last row of each matrix, int32 [count]; [rows, in] → [rows, out].
  public func product(_ x: Tensor, ends: Tensor) throws -> Tensor {
    try x.contiguous().groupedProduct(whole.transposed(1, 2), ends: ends)
  }

  /// x W with each row's own matrix: the gradient of the input. [rows, out] → [rows, in]
  public func transposedProduct(_ x: Tensor, ends: Tensor) throws -> Tensor {
    try x.contiguous().groupedProduct(whole, ends: ends)
  }
}

extension Tensor {
  /// The order that sorts 64-bit integers; equal ones stay as they are. int64 [count]
  public func sortingOrder() throws -> Tensor {
    try Operation.call("aten::argsort", overload: "stable", [.tensor(self), .bool(true), .int(0), .bool(false)])
  }

  /// How many of `self`, int64, are at most 0, 1, …, `count` − 1. int32 [count]
  public func countedUpTo(_ count: Int) throws -> Tensor {
    let limits = try Tensor.counted(count, on: device).unsqueezed(1)  // [count, 1]
    return try isLessOrEqual(to: limits).converted(to: .int64).sum(1).converted(to: .int32)
  }
}
