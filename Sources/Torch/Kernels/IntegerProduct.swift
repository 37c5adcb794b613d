import CTorch

/// Products of 8-bit integers, whose rows are quantized as they come.
extension Tensor {
  /// Rows of 8-bit integers with a scale each, of `self ⊙ columns`. [rows, width] → ([rows, width], [rows])
  func quantized(columns: Tensor?) throws -> (values: Tensor, scales: Tensor) {
    let x = try contiguous()
    guard shape.count == 2 else {
      throw TorchError.shapeMismatch(what: "rows to quantize", expected: [-1, -1], got: shape)
    }
    let values = try Tensor(uninitialized: shape, .int8)
    let scales = try Tensor(uninitialized: [shape[0]])
    var target: UnsafeMutableRawPointer?
    try Operation.check("aten::data_ptr", [values], libtorch.aoti_torch_get_data_ptr(values.reference, &target))
    accrete_quantize(
      Int64(shape[0]), Int64(shape[1]), try x.kernelMemory(), try columns?.kernelMemory(),
      target?.assumingMemoryBound(to: Int8.self), try scales.kernelMemory(), libtorch.accrete_get_threads())
    return withExtendedLifetime((x, columns)) { (values, scales) }
  }

  /// The exact product of 8-bit integers. [rows, inner] × [inner, columns] → int32 [rows, columns]
  static func integerProduct(_ a: Tensor, _ b: Tensor) throws -> Tensor {
    try Operation.call("aten::_int_mm", [.tensor(a), .tensor(b)]).contiguous()
  }

  /// Integer sums back to float32.
  func dequantized(rows: Tensor, columns: Tensor?, adding addend: Tensor?) throws -> Tensor {
    let result = try Tensor(uninitialized: shape)
    let addend = try addend?.contiguous()
    var source: UnsafeMutableRawPointer?
    try Operation.check("aten::data_ptr", [self], libtorch.aoti_torch_get_data_ptr(reference, &source))
    accrete_dequantize(
      Int64(shape[0]), Int64(shape[1]), source?.assumingMemoryBound(to: Int32.self), try rows.kernelMemory(),
      try columns?.kernelMemory(), try addend?.kernelMemory(), try result.kernelMemory(), libtorch.accrete_get_threads()
    )
    return withExtendedLifetime((self, rows, columns, addend)) { result }
  }
}
