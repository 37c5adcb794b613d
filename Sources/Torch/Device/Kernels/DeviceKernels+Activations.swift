import ModelConfiguration

extension DeviceOperations {
  /// Kernels for activations of one type; `nil` where there are none, and where gradients are recorded.
  static func kernels(forActivations one: Tensor, _ other: Tensor) -> DeviceKernels? {
    guard Kernels.areDevices(one), one.dtype == other.dtype, !one.isRecorded, !other.isRecorded else { return nil }
    return kernels(for: one)
  }
}

extension DeviceKernels {
  static func code(_ activation: Activation) -> Argument { .int32(activation == .silu ? 0 : 1) }

  /// f(gate) ⊙ up. [tokens, width]
  func gated(_ activation: Activation, gate: Tensor, up: Tensor) throws -> Tensor {
    let (gate, up) = (try gate.contiguous(), try up.contiguous())
    let result = try Tensor(uninitialized: gate.shape, gate.dtype ?? .float32, on: gate.device)
    try launch(
      "glu_forward", types: [gate.kernelType], rows: Self.lines(gate.count),
      [.int(gate.count), .tensor(gate), .tensor(up), Self.code(activation), .tensor(result)])
    return result
  }

  func gatedBackward(_ activation: Activation, _ gradient: Tensor, gate: Tensor, up: Tensor) throws
    -> (gate: Tensor, up: Tensor)
  {
    let operands = try [gradient, gate, up].map { try $0.contiguous() }
    let results = try (0..<2).map { _ in
      try Tensor(uninitialized: gate.shape, gate.dtype ?? .float32, on: gate.device)
    }
    try launch(
      "glu_backward", types: [gate.kernelType], rows: Self.lines(gate.count),
      [.int(gate.count)] + operands.map { .tensor($0) } + [Self.code(activation)] + results.map { .tensor($0) })
    return (results[0], results[1])
  }

  /// Blocks for numbers that lie in one line: each thread has a few.
  private static func lines(_ count: Int) -> Int { min((count + 1023) / 1024, 8192) }

  /// See ``Tensor/rotated(cosines:sines:direction:)``. [tokens, heads, headDim]
  func rotated(_ x: Tensor, cosines: Tensor, sines: Tensor, direction: Double) throws -> Tensor {
    let operands = try [x, cosines, sines].map { try $0.contiguous() }
    let result = try Tensor(uninitialized: x.shape, x.dtype ?? .float32, on: x.device)
    let (tokens, heads, dim) = (x.shape[0], x.shape[1], x.shape[2])
    try launch(
      "rotate", types: [x.kernelType], rows: tokens, columns: heads * dim / 2,
      [
        .int(tokens), .int(heads), .int(dim), .tensor(operands[0]), .tensor(operands[1]), .tensor(operands[2]),
        .float(Float(direction)), .tensor(result),
      ])
    return result
  }
}
