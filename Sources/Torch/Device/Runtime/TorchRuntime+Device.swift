import CTorch

extension TorchRuntime {
  /// Memory of a device, in bytes.
  public struct DeviceMemory: Sendable, Codable, Equatable {
    /// That nobody uses, and all.
    public let free: Int
    public let total: Int
    /// In tensors of this process, now and at most since ``TorchRuntime/resetPeak(_:)``.
    public let allocated: Int
    public let peak: Int
    /// Held by libtorch, for tensors and for the next ones.
    public let reserved: Int
  }

  /// How many CUDA devices libtorch sees.
  public static var cudaDevices: Int { Int(libtorch.accrete_device_count()) }

  /// - Parameter device: A GPU; of the CPU, libtorch keeps no account.
  /// - Returns: `nil` for the CPU.
  public static func memory(of device: Device) throws -> DeviceMemory? {
    guard device.kind == .cuda else { return nil }
    var numbers = [Int64](repeating: 0, count: 5)
    try Operation.check("memory", [], libtorch.accrete_device_memory(Int32(device.index), &numbers))
    let values = numbers.map { Int($0) }
    return DeviceMemory(
      free: values[0], total: values[1], allocated: values[2], peak: values[3], reserved: values[4])
  }

  /// Lets the peak of ``memory(of:)`` begin anew.
  public static func resetPeak(_ device: Device) throws {
    guard device.kind == .cuda else { return }
    try Operation.check("reset_peak", [], libtorch.accrete_reset_peak(Int32(device.index)))
  }

  /// What records say of a GPU beside the memory of the process.
  public struct DeviceUse: Sendable, Equatable {
    public let device: String
    /// Bytes in tensors, at most since ``TorchRuntime/resetPeak(_:)``.
    public let peak: Int
    /// Bytes that libtorch holds, for tensors and for the next ones.
    public let reserved: Int

    package init(device: String, peak: Int, reserved: Int) {
      (self.device, self.peak, self.reserved) = (device, peak, reserved)
    }
  }

  /// - Returns: `nil` for the CPU, whose tensors are in the memory of the process.
  public static func use(of device: Device) throws -> DeviceUse? {
    try memory(of: device).map { DeviceUse(device: device.description, peak: $0.peak, reserved: $0.reserved) }
  }

  /// Waits until the device has done all that was launched: before the clock is read.
  public static func synchronize(_ device: Device) throws {
    guard device.kind == .cuda else { return }
    try Operation.check("synchronize", [], libtorch.accrete_synchronize(Int32(device.index)))
  }

  /// An operator of the loaded libtorch.
  public struct FoundOperator: Sendable, Codable, Equatable {
    public let arguments: Int
    public let onCPU: Bool
    public let onCUDA: Bool
    public let schema: String
  }

  /// - Parameters:
  ///   - name: As `aten::mm`.
  ///   - overload: As `dtype`; empty for the plain one.
  /// - Returns: `nil` where this libtorch has none of that name.
  public static func findOperator(_ name: String, overload: String = "") -> FoundOperator? {
    var (cpu, cuda) = (false, false)
    var schema: UnsafePointer<CChar>?
    // A CUDA build registers its kernels when it is opened.
    _ = libtorch.accrete_has_cuda()
    let count = libtorch.accrete_operator(name, overload, &cpu, &cuda, &schema)
    guard count >= 0 else { return nil }
    return FoundOperator(
      arguments: Int(count), onCPU: cpu, onCUDA: cuda, schema: schema.map { String(cString: $0) } ?? "")
  }
}
