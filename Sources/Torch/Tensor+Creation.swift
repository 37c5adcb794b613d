import CTorch

extension Tensor {
  /// A tensor whose elements are not set yet.
  /// - Throws: ``TorchError/operationFailed(operation:arguments:reason:)`` when there is not enough memory.
  public init(uninitialized shape: [Int], _ dtype: DType = .float32, on device: Device = .cpu) throws {
    var strides = [Int64](repeating: 1, count: shape.count)
    for axis in stride(from: shape.count - 2, through: 0, by: -1) {
      strides[axis] = strides[axis + 1] &* Int64(max(shape[axis + 1], 1))
    }
    let sizes = shape.map(Int64.init)
    var reference: TorchTensorRef?
    let status = libtorch.aoti_torch_empty_strided(
      Int64(shape.count), sizes, strides, dtype.code, device.typeCode, Int32(device.index), &reference)
    guard status == 0, let reference else {
      throw TorchError.ofLastCall("allocate", "\(dtype)\(shape) on \(device)", on: device)
    }
    self.init(owning: reference)
  }

  /// A tensor with every element equal to `value`.
  public init(repeating value: Double, _ shape: [Int], _ dtype: DType = .float32, on device: Device = .cpu) throws {
    try self.init(uninitialized: shape, dtype, on: device)
    try fillInPlace(value)
  }

  /// A tensor of zeros.
  public static func zeros(_ shape: [Int], _ dtype: DType = .float32, on device: Device = .cpu) throws -> Tensor {
    try Tensor(repeating: 0, shape, dtype, on: device)
  }

  /// A tensor with the given values in row-major order.
  /// - Throws: ``TorchError/elementCountMismatch(expected:got:)``.
  public init(_ values: [Float], shape: [Int]? = nil, on device: Device = .cpu) throws {
    try self.init(copying: values, .float32, shape ?? [values.count], device)
  }

  /// A tensor of 64-bit floats with the given values in row-major order.
  /// - Throws: ``TorchError/elementCountMismatch(expected:got:)``.
  public init(doubles values: [Double], shape: [Int]? = nil, on device: Device = .cpu) throws {
    try self.init(copying: values, .float64, shape ?? [values.count], device)
  }

  /// A tensor of 64-bit integers, the type of ids and indices.
  public init(_ values: [Int], shape: [Int]? = nil, on device: Device = .cpu) throws {
    try self.init(copying: values.map(Int64.init), .int64, shape ?? [values.count], device)
  }

  /// A tensor of 32-bit integers.
  public init(int32 values: [Int32], on device: Device = .cpu) throws {
    try self.init(copying: values, .int32, [values.count], device)
  }

  /// A tensor of truth values.
  public init(_ values: [Bool], shape: [Int]? = nil, on device: Device = .cpu) throws {
    try self.init(copying: values, .bool, shape ?? [values.count], device)
  }

  /// A tensor of bytes.
  public init(_ values: [UInt8], on device: Device = .cpu) throws {
    try self.init(copying: values, .uint8, [values.count], device)
  }

  private init<Element: BitwiseCopyable>(copying values: [Element], _ dtype: DType, _ shape: [Int], _ device: Device)
    throws
  {
    let expected = shape.reduce(1, *)
    guard expected == values.count else {
      throw TorchError.elementCountMismatch(expected: expected, got: values.count)
    }
    HostTraffic.write()
    let host = try Tensor(uninitialized: shape, dtype)
    if !values.isEmpty {
      try host.withMutableBytes { target in values.withUnsafeBytes { target.copyMemory(from: $0) } }
    }
    self = try host.moved(to: device)
  }
}
