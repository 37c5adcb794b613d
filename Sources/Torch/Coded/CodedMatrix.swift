import CTorch

/// A frozen matrix in codes of 4 or 8 bits. On a CPU, products make float32 of it a tile at a time (`WidenedProduct`); on a device,
/// bfloat16 of the whole in memory that is used again (`CodedMatrix+Device.swift`).
///
/// * nf4: one of 16 levels, times the largest absolute value of 64 neighbouring inputs (QLoRA, arXiv 2305.14314, without the second
///   quantization of the scales).
/// * fp8: e4m3fn, times a scale for each output.
/// * int4: (code − zero) · scale, both of a group of inputs: as GPTQ and AWQ write them.
public struct CodedMatrix: Sendable {
  enum Coding: String, Sendable {
    case nf4, fp8, int4

    var code: AccreteCoding {
      switch self {
      case .nf4: accrete_nf4
      case .fp8: accrete_fp8
      case .int4: accrete_int4
      }
    }

    func bytes(ofRow inputs: Int) -> Int { self == .fp8 ? inputs : (inputs + 1) / 2 }
  }

  /// Inputs that have one scale of nf4.
  static let block = 64

  let coding: Coding
  /// [out, in]
  public let shape: [Int]
  /// uint8 [out, in], of 4 bits [out, ⌈in / 2⌉]: the low four bits are the even input's.
  let codes: Tensor
  /// float32 [out, groups]
  let scales: Tensor
  /// float32 [out, groups], of int4.
  let zeros: Tensor?
  /// The group of each input, where these are no neighbours. int32 [in]
  let groups: Tensor?
  /// Neighbouring inputs of a group, where ``groups`` is `nil`.
  let groupSize: Int

  /// All that is held, in bytes.
  public var byteCount: Int {
    [codes, scales, zeros, groups].reduce(0) { $0 + ($1?.byteCount ?? 0) }
  }

  /// The nearest codes. `weight`: float32 [out, in].
  init(_ weight: Tensor, _ coding: Coding) throws {
    let weight = try weight.contiguous()
    guard weight.shape.count == 2, coding != .int4 else {
      throw TorchError.shapeMismatch(what: "a matrix to hold in \(coding)", expected: [-1, -1], got: weight.shape)
    }
    let (outputs, inputs) = (weight.shape[0], weight.shape[1])
    (self.coding, shape, zeros, groups, groupSize) = (coding, weight.shape, nil, nil, Self.block)
    codes = try Tensor(uninitialized: [outputs, coding.bytes(ofRow: inputs)], .uint8)
    scales = try Tensor(uninitialized: [outputs, coding == .fp8 ? 1 : (inputs + Self.block - 1) / Self.block])
    accrete_encode(
      coding.code, Int64(outputs), Int64(inputs), try weight.kernelMemory(), try codes.byteMemory(),
      try scales.kernelMemory(), libtorch.accrete_get_threads())
    withExtendedLifetime(weight) {}
  }

  /// What is there already; the caller has checked that every group has a scale.
  init(
    _ coding: Coding, shape: [Int], codes: Tensor, scales: Tensor, zeros: Tensor? = nil, groups: Tensor? = nil,
    groupSize: Int
  ) throws {
    (self.coding, self.shape, self.groupSize) = (coding, shape, groupSize)
    try Kernels.require("codes of \(coding)", codes, [shape[0], coding.bytes(ofRow: shape[1])])
    try Kernels.require("scales of \(coding)", scales, [shape[0], scales.shape.last ?? 0])
    if let zeros { try Kernels.require("zeros of \(coding)", zeros, scales.shape) }
    if let groups { try Kernels.require("groups of \(coding)", groups, [shape[1]]) }
    (self.codes, self.scales) = (try codes.contiguous(), try scales.contiguous())
    (self.zeros, self.groups) = (try zeros?.contiguous(), try groups?.contiguous())
  }

  /// Lends itself to a kernel.
  func lend<Result>(_ body: (UnsafePointer<AccreteCodes>) throws -> Result) throws -> Result {
    var work = AccreteCodes(
      coding: coding.code, inputs: Int64(shape[1]), groups: Int64(scales.shape[1]), group_size: Int64(groupSize),
      codes: try codes.byteMemory(), scales: try scales.kernelMemory(), zeros: try zeros?.kernelMemory(),
      group: try groups.map { UnsafePointer(try $0.memory(.int32).assumingMemoryBound(to: Int32.self)) })
    return try withExtendedLifetime(self) { try withUnsafePointer(to: &work) { try body($0) } }
  }

  /// Some of its outputs, in the order of `numbers`. int64, any shape → float32 [..., in].
  func rows(_ numbers: Tensor) throws -> Tensor {
    let flat = try numbers.reshaped([-1])
    func taken(_ part: Tensor) throws -> Tensor { try part.gathered(0, rows: flat) }
    let some = try CodedMatrix(
      coding, shape: [flat.count, shape[1]], codes: taken(codes), scales: taken(scales), zeros: zeros.map(taken),
      groups: groups, groupSize: groupSize)
    return try some.widened().reshaped(numbers.shape + [shape[1]])
  }
}

extension Tensor {
  /// The memory of a tensor of bytes. The caller keeps the tensor alive.
  func byteMemory() throws -> UnsafeMutablePointer<UInt8> { try memory(.uint8).assumingMemoryBound(to: UInt8.self) }
}
