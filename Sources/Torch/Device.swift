import CTorch

/// Where a tensor lives.
public struct Device: Sendable, Hashable, CustomStringConvertible {
  public enum Kind: String, Sendable { case cpu, cuda }

  public let kind: Kind
  /// Which of several; 0 for the CPU.
  public let index: Int

  public static let cpu = Device(kind: .cpu, index: 0)

  /// The `index`-th CUDA device.
  public static func cuda(_ index: Int = 0) -> Device { Device(kind: .cuda, index: index) }

  init(kind: Kind, index: Int) {
    self.kind = kind
    self.index = index
  }

  /// Reads `cpu`, `cuda` or `cuda:N`.
  /// - Throws: ``TorchError/unknownDevice(_:)``, ``TorchError/unavailableDevice(_:)``, ``TorchError/noSuchDevice(_:count:)``.
  public init(_ name: String) throws {
    try self.init(name, cudaDevices: TorchRuntime.cudaDevices)
    if kind == .cuda {
      DeviceUse.begin()
      try CUDAPreparation.require()
    }
  }

  /// - Parameter cudaDevices: How many there are; asked only where the name is one of CUDA.
  init(_ name: String, cudaDevices: @autoclosure () -> Int) throws {
    let parts = name.split(separator: ":", omittingEmptySubsequences: false)
    switch (parts.first.map(String.init), parts.count) {
    case ("cpu", 1): self = .cpu
    case ("cuda", 1): self = .cuda()
    case ("cuda", 2):
      guard let index = Int(parts[1]), (0..<128).contains(index) else { throw TorchError.unknownDevice(name) }
      self = .cuda(index)
    default: throw TorchError.unknownDevice(name)
    }
    guard kind == .cuda else { return }
    let count = cudaDevices()
    guard count > 0 else { throw TorchError.unavailableDevice(name) }
    guard index < count else { throw TorchError.noSuchDevice(name, count: count) }
  }

  /// As libtorch has it. Every tensor that is made on a device asks for it: before the first of CUDA, libtorch is prepared.
  var typeCode: Int32 {
    guard kind == .cuda else { return libtorch.aoti_torch_device_type_cpu() }
    DeviceUse.begin()
    CUDAPreparation.prepare()
    return libtorch.aoti_torch_device_type_cuda()
  }

  public var description: String { kind == .cpu ? "cpu" : "cuda:\(index)" }
}
