/// Products with smaller forms of a matrix on a device.
extension WeightMatrix {
  /// Whether products are those of a device.
  private var isOnDevice: Bool { Kernels.isDevice(device) }

  /// x Wᵀ (+ addend) as a device computes it; `nil`: it has no way of its own. `x`: [rows, in] → [rows, out] of its type.
  func deviceProduct(_ x: Tensor, adding addend: Tensor?) throws -> Tensor? {
    guard isOnDevice else { return nil }
    switch storage {
    case .int8(let values, let scales):
      try requireRows(x, shape[1], addend, shape[0])
      let rows = try RowFormat.int8.quantized(x, columns: nil)
      return try Tensor.deviceIntegerProduct(rows.values, values.transposed(0, 1))
        .deviceDequantized(rows: rows.scales, columns: scales, adding: addend, as: x.dtype ?? .float32)
    case .coded(let codes) where x.isHalf:
      if Float8Product.suits(x, codes) {
        try requireRows(x, shape[1], addend, shape[0])
        return try Float8Product.product(x, codes).added(addend)
      }
      return try codes.withHalf(isKept: x.isRecorded) { try x.halfLinear($0, adding: addend) }
    case .plain, .coded: return nil
    }
  }

  /// x W (+ addend) as a device computes it. `x`: [rows, out] → [rows, in] of its type.
  func deviceTransposedProduct(_ x: Tensor, adding addend: Tensor?) throws -> Tensor? {
    guard isOnDevice else { return nil }
    switch storage {
    case .int8(let values, let scales):
      try requireRows(x, shape[0], addend, shape[1])
      let rows = try RowFormat.int8.quantized(x, columns: scales)
      return try Tensor.deviceIntegerProduct(rows.values, values)
        .deviceDequantized(rows: rows.scales, columns: nil, adding: addend, as: x.dtype ?? .float32)
    case .coded(let codes) where x.isHalf:
      if Float8Product.suits(x, codes) {
        try requireRows(x, shape[0], addend, shape[1])
        return try Float8Product.transposedProduct(x, codes).added(addend)
      }
      return try codes.withHalf(isKept: x.isRecorded) { try x.halfLinear($0.transposed(0, 1), adding: addend) }
    case .plain, .coded: return nil
    }
  }

  /// Kernels read memory by the shapes that they are told.
  private func requireRows(_ x: Tensor, _ width: Int, _ addend: Tensor?, _ result: Int) throws {
    try Kernels.require("the operand of a matrix in \(precision)", x, [x.shape.first ?? 0, width])
    if let addend { try Kernels.require("what a product is added to", addend, [x.shape[0], result]) }
  }

  /// The same matrix on another device; itself where it is there.
  public func moved(to target: Device) throws -> WeightMatrix {
    if device == target { return self }
    let moved: Storage =
      switch storage {
      case .plain(let weight): .plain(try weight.moved(to: target))
      case .int8(let values, let scales):
        .int8(values: try values.moved(to: target), scales: try scales.moved(to: target))
      case .coded(let codes): .coded(try codes.moved(to: target))
      }
    return WeightMatrix(storage: moved, shape: shape)
  }
}

extension Tensor {
  /// Of bfloat16: plus what a product is added to, if anything.
  fileprivate func added(_ addend: Tensor?) throws -> Tensor {
    try addend.map { try self + $0.converted(to: .bfloat16) } ?? self
  }
}
