extension WeightMatrix {
  /// Whether products with bfloat16 operands take the matrix as it is held.
  public var suitsHalfProducts: Bool {
    guard case .plain(let weight) = storage else { return false }
    return weight.isHalf && trained == nil
  }

  /// x Wᵀ (+ addend) of bfloat16 operands, by libtorch: sums are float32, the result is rounded once. `x`: [rows, in] → [rows, out].
  func halfProduct(_ x: Tensor, adding addend: Tensor?) throws -> Tensor {
    guard case .plain(let weight) = storage, suitsHalfProducts else {
      return try widened(x, addend) { try product($0, adding: $1) }
    }
    let addend = try addend?.converted(to: .bfloat16)
    return try addend.map { try x.linear(weight, adding: $0) } ?? x.linear(weight)
  }

  /// x W (+ addend) of bfloat16 operands. `x`: [rows, out] → [rows, in].
  func halfTransposedProduct(_ x: Tensor, adding addend: Tensor?) throws -> Tensor {
    guard case .plain(let weight) = storage, suitsHalfProducts else {
      return try widened(x, addend) { try transposedProduct($0, adding: $1) }
    }
    let (addend, transposed) = (try addend?.converted(to: .bfloat16), try weight.transposed(0, 1))
    return try addend.map { try x.linear(transposed, adding: $0) } ?? x.linear(transposed)
  }

  /// In float32, for a matrix that is not held in bfloat16.
  private func widened(_ x: Tensor, _ addend: Tensor?, _ product: (Tensor, Tensor?) throws -> Tensor) throws -> Tensor {
    try product(x.converted(to: .float32), addend?.converted(to: .float32)).converted(to: .bfloat16)
  }
}
