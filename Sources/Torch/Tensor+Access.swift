import CTorch

extension Tensor {
  /// The single element of a tensor of any numeric type.
  public func item() throws -> Double {
    HostTraffic.read()
    let value = try self.converted(to: .float64).moved(to: .cpu).contiguous()
    guard value.count == 1 else {
      throw TorchError.shapeMismatch(what: "a tensor read as one number", expected: [], got: shape)
    }
    return try value.withBytes { $0.loadUnaligned(as: Double.self) }
  }

  /// All elements in row-major order as 32-bit floats.
  public func floats() throws -> [Float] {
    try converted(to: .float32).elements(as: Float.self)
  }

  /// All elements in row-major order as 64-bit floats.
  public func doubles() throws -> [Double] {
    try converted(to: .float64).elements(as: Double.self)
  }

  /// All elements in row-major order as integers.
  public func integers() throws -> [Int] {
    try converted(to: .int64).elements(as: Int64.self).map(Int.init)
  }

  /// All elements in row-major order; true where they are not zero.
  public func truths() throws -> [Bool] {
    try converted(to: .bool).elements(as: UInt8.self).map { $0 != 0 }
  }

  /// All elements of a tensor of bytes.
  /// - Throws: ``TorchError/dtypeMismatch(what:expected:got:)`` for another type: nothing is converted.
  public func bytes() throws -> [UInt8] {
    guard dtype == .uint8 else { throw TorchError.dtypeMismatch(what: "bytes", expected: .uint8, got: description) }
    return try elements(as: UInt8.self)
  }

  private func elements<Element: BitwiseCopyable>(as type: Element.Type) throws -> [Element] {
    HostTraffic.read()
    return try moved(to: .cpu).contiguous().withBytes { bytes in
      [Element](unsafeUninitializedCapacity: bytes.count / MemoryLayout<Element>.stride) { target, count in
        UnsafeMutableRawBufferPointer(target).copyMemory(from: bytes)
        count = bytes.count / MemoryLayout<Element>.stride
      }
    }
  }

  /// Lends the bytes of a contiguous CPU tensor.
  public func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) throws -> Result {
    // `self` is used after the call so that the memory outlives it.
    try withExtendedLifetime(storage) { try body(UnsafeRawBufferPointer(start: address(), count: byteCount)) }
  }

  /// Lends the bytes of a contiguous CPU tensor for writing; the caller must be the only owner.
  func withMutableBytes<Result>(_ body: (UnsafeMutableRawBufferPointer) throws -> Result) throws -> Result {
    try withExtendedLifetime(storage) { try body(UnsafeMutableRawBufferPointer(start: address(), count: byteCount)) }
  }

  /// Elements times bytes per element.
  public var byteCount: Int { count * (dtype?.size ?? 0) }

  private func address() throws -> UnsafeMutableRawPointer? {
    guard isContiguous, device == .cpu else {
      throw TorchError.operationFailed(
        operation: "bytes", arguments: description,
        reason: "the bytes of a tensor are lent only where it is contiguous and on the CPU")
    }
    var pointer: UnsafeMutableRawPointer?
    try Operation.check("aten::data_ptr", [self], libtorch.aoti_torch_get_data_ptr(reference, &pointer))
    return pointer
  }
}
