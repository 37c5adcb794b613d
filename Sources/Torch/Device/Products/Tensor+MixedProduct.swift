extension Tensor {
  /// A product of narrow operands that is kept in float32: gradients of factors, and what passes through them.
  ///
  /// With bfloat16 operands, sums are float32 and nothing is rounded; a GPU multiplies them so at once. Elsewhere they are widened, which
  /// is exact.
  ///
  /// `self`: [rows, inner]; `other`: [inner, columns] → [rows, columns], float32.
  package func productInFloat32(_ other: Tensor) throws -> Tensor {
    guard dtype == .bfloat16 || other.dtype == .bfloat16 else { return try matmul(other) }
    guard device.kind == .cuda, dtype == other.dtype else {
      return try converted(to: .float32).matmul(other.converted(to: .float32))
    }
    return try Operation.call("aten::mm", overload: "dtype", [.tensor(self), .tensor(other), .dtype(.float32)])
  }
}
