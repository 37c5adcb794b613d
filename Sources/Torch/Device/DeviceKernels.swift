/// Our kernels for GPUs.
final class DeviceKernels: Sendable {
  /// A kernel's argument.
  enum Argument {
    case int(Int)
    case int32(Int)
    case uint32(UInt32)
    case float(Float)
    case key(UInt64)
    case tensor(Tensor)
    case optional(Tensor?)
  }

  let architecture = ""

  static func loaded(for device: Device) throws -> DeviceKernels? { nil }

  func launch(_ name: String, like tensor: Tensor, blocks: Int, _ arguments: [Argument]) throws {}
}
