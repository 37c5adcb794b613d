import CTorch

/// A weight that never changes: in float32, or in 8-bit integers with a scale for each output.
///
/// int8: W ≈ values · scale of its row. Inputs are quantized row by row as they come (dynamic activations), so that a product is one
/// of integers. The same integers serve the way back, dx = dy W, with the scales multiplied into dy first.
public struct FrozenMatrix: Sendable {
  /// How the numbers are held.
  public enum Precision: String, Sendable, CaseIterable, Codable {
    case float32
    /// A quarter of the memory and products several times as fast where the machine has integer instructions; not exact.
    case int8
  }

  private enum Storage: Sendable {
    case float32(Tensor)
    case int8(values: Tensor, scales: Tensor)
  }

  private let storage: Storage
  /// [out, in]
  public let shape: [Int]

  public init(_ weight: Tensor) {
    storage = .float32(weight)
    shape = weight.shape
  }

  /// - Parameters:
  ///   - weight: float32, [out, in].
  ///   - precision: how it is held from now on.
  /// - Throws: ``TorchError/invalidHyperparameter(name:value:allowed:)`` when int8 is asked for elsewhere than on a CPU.
  public init(_ weight: Tensor, precision: Precision) throws {
    shape = weight.shape
    guard precision == .int8 else {
      storage = .float32(weight)
      return
    }
    guard Kernels.suit(weight) else {
      throw TorchError.invalidHyperparameter(
        name: "weights", value: "int8 of \(weight) on \(weight.device)", allowed: "int8 of float32 on the CPU")
    }
    let (values, scales) = try weight.quantized(columns: nil)
    storage = .int8(values: values, scales: scales)
  }

  public var precision: Precision {
    if case .int8 = storage { .int8 } else { .float32 }
  }

  /// As float32: exact, or what the integers stand for. [out, in]
  public func dequantized() throws -> Tensor {
    switch storage {
    case .float32(let weight): weight
    case .int8(let values, let scales): try values.converted(to: .float32) * scales.unsqueezed(1)
    }
  }

  /// x Wᵀ (+ addend). `x`: [rows, in] → [rows, out].
  func product(_ x: Tensor, adding addend: Tensor?) throws -> Tensor {
    switch storage {
    case .float32(let weight): return try addend.map { try x.linear(weight, adding: $0) } ?? x.linear(weight)
    case .int8(let values, let scales):
      try Kernels.require("the input of an int8 matrix", x, [x.shape.first ?? 0, shape[1]])
      if let addend { try Kernels.require("what a product is added to", addend, [x.shape[0], shape[0]]) }
      let (rows, rowScales) = try x.quantized(columns: nil)
      return try Tensor.integerProduct(rows, values.transposed(0, 1))
        .dequantized(rows: rowScales, columns: scales, adding: addend)
    }
  }

  /// x W (+ addend). `x`: [rows, out] → [rows, in].
  func transposedProduct(_ x: Tensor, adding addend: Tensor?) throws -> Tensor {
    switch storage {
    case .float32(let weight):
      let turned = try weight.transposed(0, 1)
      return try addend.map { try x.linear(turned, adding: $0) } ?? x.linear(turned)
    case .int8(let values, let scales):
      try Kernels.require("the gradient of an int8 matrix", x, [x.shape.first ?? 0, shape[0]])
      if let addend { try Kernels.require("what a product is added to", addend, [x.shape[0], shape[1]]) }
      let (rows, rowScales) = try x.quantized(columns: scales)
      return try Tensor.integerProduct(rows, values).dequantized(rows: rowScales, columns: nil, adding: addend)
    }
  }
}

extension Tensor {
  /// `x Wᵀ`. `self`: [rows, in] → [rows, out].
  public func linear(_ weight: FrozenMatrix) throws -> Tensor { try weight.product(self, adding: nil) }

  /// `x Wᵀ + addend`.
  public func linear(_ weight: FrozenMatrix, adding addend: Tensor) throws -> Tensor {
    try weight.product(self, adding: addend)
  }

  /// `x W`: the gradient of `linear`'s input. `self`: [rows, out] → [rows, in].
  public func linearTransposed(_ weight: FrozenMatrix) throws -> Tensor {
    try weight.transposedProduct(self, adding: nil)
  }

  /// `x W + addend`.
  public func linearTransposed(_ weight: FrozenMatrix, adding addend: Tensor) throws -> Tensor {
    try weight.transposedProduct(self, adding: addend)
  }

  /// Rows of 8-bit integers with a scale each, of `self ⊙ columns`. [rows, width] → ([rows, width], [rows])
  func quantized(columns: Tensor?) throws -> (values: Tensor, scales: Tensor) {
    let x = try contiguous()
    guard shape.count == 2 else {
      throw TorchError.shapeMismatch(what: "rows to quantize", expected: [-1, -1], got: shape)
    }
    let values = try Tensor(uninitialized: shape, .int8)
    let scales = try Tensor(uninitialized: [shape[0]])
    var target: UnsafeMutableRawPointer?
    try Operation.check("aten::data_ptr", [values], aoti_torch_get_data_ptr(values.reference, &target))
    accrete_quantize(
      Int64(shape[0]), Int64(shape[1]), try x.kernelMemory(), try columns?.kernelMemory(),
      target?.assumingMemoryBound(to: Int8.self), try scales.kernelMemory(), accrete_get_threads())
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
    try Operation.check("aten::data_ptr", [self], aoti_torch_get_data_ptr(reference, &source))
    accrete_dequantize(
      Int64(shape[0]), Int64(shape[1]), source?.assumingMemoryBound(to: Int32.self), try rows.kernelMemory(),
      try columns?.kernelMemory(), try addend?.kernelMemory(), try result.kernelMemory(), accrete_get_threads())
    return withExtendedLifetime((self, rows, columns, addend)) { result }
  }
}
