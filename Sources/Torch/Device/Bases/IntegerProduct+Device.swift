import Synchronization

/// Products of 8-bit integers on a device, whose sums are exact: the CPU's integers.
extension Tensor {
  /// CUDA's operator takes more rows than these.
  private static let fewRows = 16
  /// Rows that fewer ones are padded to.
  private static let paddedRows = 32
  /// What its other dimensions are multiples of.
  private static let grain = 8

  /// `a`: int8 [rows, inner], contiguous; `b`: int8 [inner, columns], contiguous or transposed → int32 [rows, columns].
  static func deviceIntegerProduct(_ a: Tensor, _ b: Tensor) throws -> Tensor {
    let (rows, inner, columns) = (a.shape[0], a.shape[1], b.shape[1])
    let suits = inner > 0 && inner.isMultiple(of: grain) && columns > 0 && columns.isMultiple(of: grain)
    guard suits, let multiply = try integerProduct(on: a.device, transposed: !b.isContiguous) else {
      return try floatProduct(a, b)
    }
    guard rows <= fewRows else { return try multiply(a, b) }
    let missing = try Tensor.zeros([paddedRows - rows, inner], .int8, on: a.device)
    return try multiply(Tensor.concatenated([a, missing]), b).narrowed(0, from: 0, count: rows)  // [rows, columns]
  }

  private typealias Multiplication = (Tensor, Tensor) throws -> Tensor

  /// How a device multiplies integers, with the second matrix lying either way; `nil`: as float32.
  private static func integerProduct(on device: Device, transposed: Bool) throws -> Multiplication? {
    guard device.kind == .cuda else { return integerProduct }
    if IntegerLayouts.has(device, transposed: transposed) { return integerOperator }
    guard IntegerLayouts.has(device, transposed: !transposed) else { return nil }
    // cuBLAS has not every layout on every device: the bytes are turned, which costs less than float32.
    return transposed
      ? { try integerOperator($0, $1.contiguous()) }
      : { try integerOperator($0, $1.transposed(0, 1).contiguous().transposed(0, 1)) }
  }

  static func integerOperator(_ a: Tensor, _ b: Tensor) throws -> Tensor {
    try Operation.call("aten::_int_mm", integerArguments(a, b))
  }

  static func integerArguments(_ a: Tensor, _ b: Tensor) -> [Argument] { [.tensor(a), .tensor(b)] }

  /// Integer sums back to numbers, in the CPU's order: the row's scale, the column's, the addend. Rounded once to `type`.
  func deviceDequantized(rows: Tensor, columns: Tensor?, adding addend: Tensor?, as type: DType) throws -> Tensor {
    let result = try converted(to: .float32)
    try result.multiplyInPlace(by: rows.unsqueezed(1))
    if let columns { try result.multiplyInPlace(by: columns) }
    if let addend { try result.addInPlace(addend.converted(to: .float32)) }
    return try result.converted(to: type)
  }
}

/// Which layouts of the second matrix libtorch's integer product has on a device: tried once, with the largest sums.
private enum IntegerLayouts {
  private struct Key: Hashable {
    let device: Device
    let transposed: Bool
  }

  private static let known = Mutex<[Key: Bool]>([:])

  static func has(_ device: Device, transposed: Bool) -> Bool {
    let key = Key(device: device, transposed: transposed)
    if let known = known.withLock({ $0[key] }) { return known }
    // An operator that fails is not one to use.
    let found = (try? isExact(device, transposed)) ?? false
    known.withLock { $0[key] = found }
    return found
  }

  private static func isExact(_ device: Device, _ transposed: Bool) throws -> Bool {
    let size = 64
    let numbers = (0..<size * size).map { Float($0 * 37 % 255 - 127) }
    let a = try Tensor(numbers, shape: [size, size]).converted(to: .int8).moved(to: device)
    let b = transposed ? try a.transposed(0, 1) : a
    return try Tensor.integerOperator(a, b).isEqual(to: Tensor.floatProduct(a, b))
  }
}
