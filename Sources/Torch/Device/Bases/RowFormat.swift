/// Rows of small numbers with a scale each, as a device makes them: x ⊙ columns ≈ values · scales.
enum RowFormat: Sendable {
  /// The CPU's integers (`CTorch/kernels/Quantize.h`), bit for bit.
  case int8
  /// float8 e4m3fn, as bytes.
  case fp8

  /// The largest number of the format.
  var most: Double { self == .int8 ? 127 : 448 }

  /// - Parameters:
  ///   - x: bfloat16 or float32 [rows, width].
  ///   - columns: float32 [width]; `nil`: ones.
  /// - Returns: int8, or uint8 of fp8 [rows, width]; float32 [rows].
  func quantized(_ x: Tensor, columns: Tensor?) throws -> (values: Tensor, scales: Tensor) {
    guard x.shape.count == 2 else {
      throw TorchError.shapeMismatch(what: "rows to quantize", expected: [-1, -1], got: x.shape)
    }
    guard let kernels = DeviceOperations.kernels(for: x) else { return try composed(x, columns: columns) }
    let (x, columns) = (try x.contiguous(), try columns?.contiguous())
    let values = try Tensor(uninitialized: x.shape, self == .int8 ? .int8 : .uint8, on: x.device)
    let scales = try Tensor(uninitialized: [x.shape[0]], on: x.device)
    try kernels.launch(
      self == .int8 ? "quantize_rows" : "quantize_rows_fp8", types: [x.kernelType], rows: x.shape[0],
      [.int(x.shape[0]), .int(x.shape[1]), .tensor(x), .optional(columns), .tensor(values), .tensor(scales)])
    return (values, scales)
  }

  /// The same by single operations.
  private func composed(_ x: Tensor, columns: Tensor?) throws -> (values: Tensor, scales: Tensor) {
    let exact = try x.converted(to: .float32)
    let scaled = try columns.map { try exact * $0 } ?? exact
    // On the device: by a number of the host, libtorch multiplies with the inverse, which rounds otherwise.
    let most = try Tensor(repeating: most, [1], on: x.device)
    let top = try Operation.call("aten::amax", [.tensor(scaled.abs()), .ints([1]), .bool(true)])  // [rows, 1]
    let inverse = try (most / top).filling(where: top.equals(Tensor.zeros([1], on: x.device)), with: 0)
    let scales = try (top / most).reshaped([-1])
    switch self {
    case .int8:
      // float64 has every bit of the product: it is rounded once, ties to even, as by a fused multiplication and addition.
      let product = try scaled.converted(to: .float64) * inverse.converted(to: .float64)
      return (try Operation.call("aten::round", [.tensor(product)]).converted(to: .int8), scales)
    case .fp8:
      let limited = try Operation.call(
        "aten::clamp", overload: "Tensor",
        [.tensor(scaled * inverse), .optionalTensor(-most), .optionalTensor(most)])
      return (try limited.roundedToFloat8().viewed(as: .dtype(.uint8)), scales)
    }
  }
}

extension Tensor {
  /// The nearest numbers of float8 e4m3fn; above 448 there are none.
  fileprivate func roundedToFloat8() throws -> Tensor {
    try Operation.call(
      "aten::to", overload: "dtype", [.tensor(self), .float8, .bool(false), .bool(false), .optionalInt(nil)])
  }

  /// The same memory as numbers of another type. `type`: ``Argument/dtype(_:)`` or ``Argument/float8``.
  func viewed(as type: Argument) throws -> Tensor {
    try Operation.call("aten::view", overload: "dtype", [.tensor(self), type])
  }
}
