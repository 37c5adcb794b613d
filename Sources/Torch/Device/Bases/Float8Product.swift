import Synchronization

/// Products of float8 e4m3fn on a device, at about twice the rate of bfloat16: inputs are rounded row by row as they come, sums are
/// float32.
///
/// Backward, the scales of outputs are multiplied into the gradient first, as int8 does, and the bytes of the matrix are turned into
/// `HalfMemory` for each product: the operator reads its second matrix along what is summed up. Held twice, the matrix would be as
/// large as in bfloat16; turning it costs two bytes of traffic a number, less than making bfloat16 of it.
public enum Float8Product {
  /// Whether a rehearsal computes as a device that has these products: Ada, Hopper and later.
  @TaskLocal public static var isRehearsed = true

  /// The operator's matrices have multiples of this many inputs and outputs.
  private static let grain = 16

  /// Whether a device multiplies them with a scale for each row and column: tried once.
  public static func isThere(on device: Device) -> Bool {
    guard device.kind == .cuda else { return isRehearsed }
    if let known = known.withLock({ $0[device] }) { return known }
    // An operator that fails is not one to use.
    let found = (try? isRight(on: device)) ?? false
    known.withLock { $0[device] = found }
    return found
  }

  private static let known = Mutex<[Device: Bool]>([:])

  static func suits(_ x: Tensor, _ matrix: CodedMatrix) -> Bool {
    matrix.coding == .fp8 && x.isHalf && x.shape.count == 2 && x.shape[0] > 0 && !x.isRecorded
      && matrix.shape.allSatisfy { $0 > 0 && $0.isMultiple(of: grain) } && isThere(on: matrix.device)
  }

  /// x Wᵀ. `x`: bfloat16 [rows, in] → bfloat16 [rows, out].
  static func product(_ x: Tensor, _ matrix: CodedMatrix) throws -> Tensor {
    let rows = try RowFormat.fp8.quantized(x, columns: nil)
    return try multiplied(rows, matrix.codes, scales: matrix.scales.reshaped([1, -1]))
  }

  /// x W. `x`: bfloat16 [rows, out] → bfloat16 [rows, in].
  static func transposedProduct(_ x: Tensor, _ matrix: CodedMatrix) throws -> Tensor {
    let rows = try RowFormat.fp8.quantized(x, columns: matrix.scales.reshaped([-1]))
    let ones = try Tensor(repeating: 1, [1, matrix.shape[1]], on: matrix.device)
    return try HalfMemory.with(matrix.elements, on: matrix.device) { memory in
      let turned = try memory.reshaped([matrix.shape[1], matrix.shape[0]])
      try turned.copyInPlace(from: matrix.codes.transposed(0, 1))  // [in, out]
      return try multiplied(rows, turned, scales: ones)
    }
  }

  /// `codes`: uint8 [columns, inner]; `scales`: float32 [1, columns] → bfloat16 [rows, columns].
  private static func multiplied(
    _ rows: (values: Tensor, scales: Tensor), _ codes: Tensor, scales: Tensor
  ) throws -> Tensor {
    guard codes.device.kind == .cuda else {
      func numbers(_ codes: Tensor) throws -> Tensor {
        try codes.converted(to: .int32).embedded(in: CodedMatrix.table(.fp8, on: codes.device)).reshaped(codes.shape)
      }
      let sums = try numbers(rows.values).matmul(numbers(codes).transposed(0, 1))
      return try (sums * rows.scales.unsqueezed(1) * scales).converted(to: .bfloat16)
    }
    return try Operation.call("aten::_scaled_mm", arguments(rows, codes, scales: scales))
  }

  static func arguments(
    _ rows: (values: Tensor, scales: Tensor), _ codes: Tensor, scales: Tensor
  ) throws -> [Argument] {
    [
      .tensor(try rows.values.viewed(as: .float8)), .tensor(try codes.viewed(as: .float8).transposed(0, 1)),
      .tensor(try rows.scales.unsqueezed(1)), .tensor(scales), .optionalTensor(nil), .optionalTensor(nil),
      .optionalDType(.bfloat16), .bool(false),
    ]
  }

  /// Small integers, each row and column with a scale of its own: the sums are exact.
  private static func isRight(on device: Device) throws -> Bool {
    let size = 64
    func matrix(_ step: Int) throws -> Tensor {
      try Tensor((0..<size * size).map { Float($0 * step % 5 - 2) * Float(1 << ($0 / size % 3)) }, shape: [size, size])
        .moved(to: device)
    }
    let (x, weight) = (try matrix(3), try matrix(7))
    let rows = try RowFormat.fp8.quantized(x, columns: nil)
    let columns = try RowFormat.fp8.quantized(weight, columns: nil)
    let exact = try x.matmul(weight.transposed(0, 1))
    let product = try multiplied(rows, columns.values, scales: columns.scales.unsqueezed(0))
    let error = try product.converted(to: .float32) - exact
    return try error.norm().item() < 0.05 * exact.norm().item()
  }
}
