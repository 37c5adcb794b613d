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

  /// The exact product of 8-bit integers, the same on every processor. [rows, inner] × [inner, columns] → int32 [rows, columns]
  ///
  /// libtorch's operator leaves its result as memory was where the inner dimension is 1 (2.13, on processors with AVX-512 VNNI).
  static func integerProduct(_ a: Tensor, _ b: Tensor) throws -> Tensor {
    guard a.shape.last ?? 0 > 1, accrete_multiplies_integers() != 0, operatorIsExact else {
      return try floatProduct(a, b)
    }
    return try Operation.call("aten::_int_mm", [.tensor(a), .tensor(b)]).contiguous()
  }

  /// Whether libtorch's operator gives the largest sums. It does not where oneDNN is kept from the instructions that libtorch finds
  /// (`ONEDNN_MAX_CPU_ISA`): there sums of two products are cut off at 2¹⁵.
  private static let operatorIsExact: Bool = {
    func largest() throws -> Bool {
      let numbers = (0..<32).flatMap { [Float](repeating: $0 % 2 == 0 ? 127 : -127, count: 64) }
      let a = try Tensor(numbers, shape: [32, 64]).converted(to: .int8)
      let b = try a.transposed(0, 1)
      return try Operation.call("aten::_int_mm", [.tensor(a), .tensor(b)]).isEqual(to: floatProduct(a, b))
    }
    // An operator that fails is not one to use.
    return (try? largest()) ?? false
  }()

  /// The same integers by float32 products, which libtorch computes fast on every processor. Without such instructions, its integer
  /// products are a plain loop, ten times slower.
  ///
  /// Exact because a sum of up to 1,040 products of numbers from −127 to 127 stays below 2²⁴.
  static func floatProduct(_ a: Tensor, _ b: Tensor) throws -> Tensor {
    let part = 1040
    let inner = a.shape.last ?? 0
    var sum: Tensor?
    for start in stride(from: 0, to: inner, by: part) {
      let count = min(part, inner - start)
      let left = try a.narrowed(1, from: start, count: count).converted(to: .float32)
      let right = try b.narrowed(0, from: start, count: count).converted(to: .float32)
      let product = try left.matmul(right)
      guard count < inner else { return try product.converted(to: .int32) }
      // float64 holds every sum of parts.
      sum = try product.converted(to: .float64) + (sum ?? Tensor.zeros(product.shape, .float64, on: a.device))
    }
    return try sum?.converted(to: .int32) ?? Tensor.zeros([a.shape[0], b.shape[1]], .int32, on: a.device)
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
