extension DeviceOperations {
  /// Kernels for a norm of these types; `nil` where there are none.
  static func kernels(forNorm x: Tensor, output: DType?) -> DeviceKernels? {
    guard Kernels.areDevices(x), output == .bfloat16 || output == x.dtype else { return nil }
    return kernels(for: x)
  }
}

extension DeviceKernels {
  /// `x` + addend and its norm: see ``Tensor/addedAndNormalized(_:weight:epsilon:)``.
  func addedAndNormalized(_ x: Tensor, _ addend: Tensor, weight: Tensor, epsilon: Double) throws
    -> (sum: Tensor, normed: Tensor)
  {
    let operands = try [x, addend, weight].map { try $0.contiguous() }
    let sum = try Tensor(uninitialized: x.shape, x.dtype ?? .float32, on: x.device)
    let normed = try Tensor(uninitialized: x.shape, addend.dtype ?? .float32, on: x.device)
    try forward(operands[0], operands[1], operands[2], epsilon, sum: sum, normed: normed)
    return (sum, normed)
  }

  func normalized(_ x: Tensor, weight: Tensor, epsilon: Double, as type: DType) throws -> Tensor {
    let normed = try Tensor(uninitialized: x.shape, type, on: x.device)
    try forward(x.contiguous(), nil, weight.contiguous(), epsilon, sum: nil, normed: normed)
    return normed
  }

  private func forward(
    _ x: Tensor, _ addend: Tensor?, _ weight: Tensor, _ epsilon: Double, sum: Tensor?, normed: Tensor
  ) throws {
    let width = weight.count
    let rows = x.count / max(width, 1)
    try launch(
      "norm_forward", types: [x.kernelType, normed.kernelType], rows: rows,
      [
        .int(rows), .int(width), .float(Float(epsilon)), .tensor(x), .optional(addend), .tensor(weight),
        .optional(sum), .tensor(normed),
      ])
  }

  /// See ``Tensor/rmsNormBackward(_:weight:epsilon:rest:)``.
  func normBackward(_ gradient: Tensor, _ x: Tensor, weight: Tensor, epsilon: Double, rest: Tensor?) throws -> Tensor {
    let operands = try [gradient, x, weight].map { try $0.contiguous() }
    let rest = try rest?.contiguous()
    let result = try Tensor(uninitialized: x.shape, x.dtype ?? .float32, on: x.device)
    let width = weight.count
    let rows = x.count / max(width, 1)
    try launch(
      "norm_backward", types: [x.kernelType, gradient.kernelType], rows: rows,
      [
        .int(rows), .int(width), .float(Float(epsilon)), .tensor(operands[0]), .tensor(operands[1]),
        .tensor(operands[2]), .optional(rest), .tensor(result),
      ])
    return result
  }
}
