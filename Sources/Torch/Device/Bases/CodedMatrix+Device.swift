import Synchronization

/// Codes read on a device: by our kernels where it has them and a coding has one, else by single operations, a table for each byte.
extension CodedMatrix {
  /// Numbers that single operations make at once: what they keep in between is several times as large.
  private static let part = 1 << 24

  private struct TableKey: Hashable {
    let coding: Coding
    let device: Device
  }

  private struct GroupKey: Hashable {
    let inputs: Int
    let size: Int
    let device: Device
  }

  private static let tables = Mutex<[TableKey: Tensor]>([:])
  private static let neighbours = Mutex<[GroupKey: Tensor]>([:])

  /// What every byte stands for, as the CPU reads it. float32 [256, numbers of a byte]
  static func table(_ coding: Coding, on device: Device) throws -> Tensor {
    let key = TableKey(coding: coding, device: device)
    if let known = tables.withLock({ $0[key] }) { return known }
    let numbers = coding == .fp8 ? 1 : 2
    let bytes = try CodedMatrix(
      coding, shape: [256, numbers], codes: Tensor((0...255).map { UInt8($0) }).reshaped([256, 1]),
      scales: Tensor(repeating: 1, [256, 1]), zeros: coding == .int4 ? Tensor.zeros([256, 1]) : nil, groupSize: numbers)
    let table = try Tensor(uninitialized: bytes.shape)
    try bytes.widen(outputs: 0..<256, inputs: 0..<numbers, into: table)
    let moved = try table.moved(to: device)
    tables.withLock { $0[key] = moved }
    return moved
  }

  /// The group of each input. int32 [in]
  private func groupOfInput() throws -> Tensor {
    if let groups { return groups }
    let key = GroupKey(inputs: shape[1], size: groupSize, device: device)
    if let known = Self.neighbours.withLock({ $0[key] }) { return known }
    let list = try Tensor(int32: (0..<shape[1]).map { Int32($0 / groupSize) }, on: device)
    Self.neighbours.withLock { $0[key] = list }
    return list
  }

  /// Neighbouring outputs as float32, with the CPU's bits. [outputs, in]
  private func lookedUp(_ outputs: Range<Int>) throws -> Tensor {
    func part(_ whole: Tensor) throws -> Tensor {
      try whole.narrowed(0, from: outputs.lowerBound, count: outputs.count)
    }
    let numbers = try part(codes).converted(to: .int32)
      .embedded(in: Self.table(coding, on: device))  // [outputs, bytes, numbers of a byte]
      .reshaped([outputs.count, -1]).narrowed(1, from: 0, count: shape[1])  // [outputs, in]
    let scales = try part(scales)  // [outputs, groups]
    if coding == .fp8 { return try numbers * scales }
    let group = try groupOfInput()
    let factors = try scales.gathered(1, rows: group)  // [outputs, in]
    return try zeros.map { try (numbers - part($0).gathered(1, rows: group)) * factors } ?? numbers * factors
  }

  private func copy(into target: Tensor) throws {
    let count = max(1, Self.part / max(shape[1], 1))
    for start in stride(from: 0, to: shape[0], by: count) {
      let outputs = start..<min(start + count, shape[0])
      try target.narrowed(0, from: start, count: outputs.count).copyInPlace(from: lookedUp(outputs))
    }
  }

  /// The whole as float32, on its device. [out, in]
  func widenedOnDevice() throws -> Tensor {
    if elements <= Self.part { return try lookedUp(0..<shape[0]) }
    let result = try Tensor(uninitialized: shape, on: device)
    try copy(into: result)
    return result
  }

  /// The whole as bfloat16, rounded once. `target`: bfloat16 [out, in], contiguous.
  func fill(_ target: Tensor) throws {
    guard let kernels = DeviceOperations.kernels(for: codes), coding != .fp8, shape[1].isMultiple(of: 2) else {
      return try copy(into: target)
    }
    let size = [DeviceKernels.Argument.int(shape[0]), .int(shape[1])]
    let operands: [DeviceKernels.Argument] =
      switch coding {
      case .int4:
        [.int(scales.shape[1]), .tensor(codes), .tensor(scales), .optional(zeros), .tensor(try groupOfInput())]
      case .nf4, .fp8: [.tensor(codes), .tensor(scales)]
      }
    try kernels.launch(
      "dequantize_\(coding.rawValue)", types: [], rows: shape[0], columns: shape[1], size + operands + [.tensor(target)]
    )
  }

  /// A product with all of the matrix in bfloat16, in memory that is used again.
  ///
  /// - Parameters:
  ///   - isKept: Whether somebody reads the matrix after `body` has returned, as a recorded product's gradient does.
  ///   - body: Nothing that it returns lies where the matrix does.
  func withHalf(isKept: Bool, _ body: (Tensor) throws -> Tensor) throws -> Tensor {
    if isKept {
      let own = try Tensor(uninitialized: shape, .bfloat16, on: device)
      try fill(own)
      return try body(own)
    }
    return try HalfMemory.with(elements * DType.bfloat16.size, on: device) { memory in
      let half = try memory.viewed(as: .dtype(.bfloat16)).reshaped(shape)
      try fill(half)
      return try body(half)
    }
  }

  /// The same codes on another device; themselves where they are there.
  func moved(to target: Device) throws -> CodedMatrix {
    if device == target { return self }
    return try CodedMatrix(
      coding, shape: shape, codes: codes.moved(to: target), scales: scales.moved(to: target),
      zeros: zeros?.moved(to: target), groups: groups?.moved(to: target), groupSize: groupSize)
  }
}
