extension WeightMatrix {
  /// Whether products with bfloat16 operands are its own: a matrix that is held in it, and on a device also one in 8 bits or in codes.
  public var suitsHalfProducts: Bool {
    switch storage {
    case .plain(let weight): weight.isHalf && trained == nil
    case .int8, .coded: Kernels.isDevice(device)
    }
  }

  /// x Wᵀ (+ addend) of bfloat16 operands. `x`: [rows, in] → [rows, out].
  func halfProduct(_ x: Tensor, adding addend: Tensor?) throws -> Tensor {
    guard case .plain(let weight) = storage, suitsHalfProducts else {
      return try widened(x, addend) { try product($0, adding: $1) }
    }
    return try x.halfLinear(weight, adding: addend)
  }

  /// x W (+ addend) of bfloat16 operands. `x`: [rows, out] → [rows, in].
  func halfTransposedProduct(_ x: Tensor, adding addend: Tensor?) throws -> Tensor {
    guard case .plain(let weight) = storage, suitsHalfProducts else {
      return try widened(x, addend) { try transposedProduct($0, adding: $1) }
    }
    return try x.halfLinear(weight.transposed(0, 1), adding: addend)
  }

  /// In float32, for a matrix that is not held in bfloat16.
  private func widened(_ x: Tensor, _ addend: Tensor?, _ product: (Tensor, Tensor?) throws -> Tensor) throws -> Tensor {
    try product(x.converted(to: .float32), addend?.converted(to: .float32)).converted(to: .bfloat16)
  }
}

extension Tensor {
  /// x Wᵀ (+ addend) of bfloat16 operands, by libtorch: sums are float32, the result is rounded once.
  ///
  /// `self`: [rows, in]; `weight`: [out, in], with any strides → [rows, out].
  func halfLinear(_ weight: Tensor, adding addend: Tensor?) throws -> Tensor {
    let addend = try addend?.converted(to: .bfloat16)
    return try addend.map { try linear(weight, adding: $0) } ?? linear(weight)
  }
}
