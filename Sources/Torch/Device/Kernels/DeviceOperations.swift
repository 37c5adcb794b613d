import CTorch

/// What a GPU computes in one pass over memory, as the CPU's fused kernels do: by a kernel of ours where the device has them
/// (``DeviceKernels``), otherwise by single operations of libtorch, which are also what the kernels are compared with.
///
/// Values are bfloat16 or float32. Everything is computed in float32 and rounded once.
public enum DeviceOperations {
  /// The kernels for a tensor's device; `nil` where there are none.
  static func kernels(for tensor: Tensor) -> DeviceKernels? { DeviceKernels.loaded(for: tensor.device) }

  /// What computes them, for people: on a CPU the processor's kernels, unless a GPU is rehearsed there.
  ///
  /// - Parameters:
  ///   - device: Where tensors lie.
  ///   - rehearsed: Whether the CPU's tensors are computed as a GPU's are.
  public static func description(on device: Device, rehearsed: Bool = Kernels.rehearsesDevice) -> String {
    guard device.kind == .cuda || rehearsed else { return "our kernels (\(InstructionSet.current.rawValue))" }
    guard let kernels = DeviceKernels.loaded(for: device) else { return "single operations of libtorch" }
    return "our kernels for \(kernels.description.architecture)"
  }

  /// Whether a GPU takes products in bfloat16 at their full rate, and FlashAttention: Ampere and later. The driver is asked which GPU it
  /// is; where there is none, as where single operations stand in for a GPU on the CPU, it counts as one of these.
  public static func suitsHalfProducts(on device: Device) -> Bool {
    DeviceKernels.capability(of: device).map { $0 >= leastHalfCapability } ?? true
  }

  /// Compute capability 8.0.
  private static let leastHalfCapability = 80

  /// `x` with some of its elements dropped and the others enlarged. → [rows, width]
  ///
  /// - Parameters:
  ///   - x: [rows, width]
  ///   - masks: With one key for each use.
  ///   - use: The use whose mask it is.
  static func dropped(_ x: Tensor, _ masks: DropoutMasks, use: Int) throws -> Tensor {
    guard let kernels = kernels(for: x) else {
      let mask = try masks.computedMask(use, rows: x.shape[0], width: x.shape[1], on: x.device)
      return try (x.converted(to: .float32) * mask).converted(to: x.dtype ?? .float32)
    }
    let x = try x.contiguous()
    let result = try Tensor(uninitialized: x.shape, x.dtype ?? .float32, on: x.device)
    let parameters = masks.parameters
    try kernels.launch(
      "dropout", types: [x.kernelType], rows: x.shape[0], columns: x.shape[1],
      [
        .int(x.shape[0]), .int(x.shape[1]), .tensor(x), .uint32(parameters.threshold), .float(parameters.scale),
        .key(masks.keys[use]), .tensor(result),
      ])
    return result
  }
}

extension DropoutMasks {
  /// ``mask(_:rows:width:on:)`` computed on the device itself, by integers of 64 bits: the same bits.
  func computedMask(_ use: Int, rows: Int, width: Int, on device: Device) throws -> Tensor {
    let parameters = parameters
    let (low, high) = (Int(UInt32(truncatingIfNeeded: keys[use])), Int(keys[use] >> 32))
    let row = try Tensor.counted(rows, on: device).unsqueezed(1)  // [rows, 1]
    let column = try Tensor.counted(width, on: device)  // [width]
    func wrapped(_ x: Tensor) throws -> Tensor { try x.bitwiseAnd(0xFFFF_FFFF) }
    func folded(_ x: Tensor, _ bits: Int) throws -> Tensor { try x.bitwiseXor(x.shiftedRight(bits)) }
    var x = try wrapped(row.timesInteger(0x9E37_79B1) + column.plusInteger(low))  // [rows, width]
    x = try wrapped(folded(x, 16).timesInteger(0x7FEB_352D))
    x = try folded(x, 15).bitwiseXor(high)
    x = try wrapped(x.timesInteger(0x846C_A68B))
    let kept = try Tensor(repeating: Double(parameters.threshold), [1], .int64, on: device).isLessOrEqual(
      to: folded(x, 16))
    return try kept.converted(to: .float32) * Double(parameters.scale)
  }
}
