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
  /// - Throws: ``TorchError/unknownDevice(_:)``, ``TorchError/unavailableDevice(_:)``.
  public init(_ name: String) throws {
    let parts = name.split(separator: ":", omittingEmptySubsequences: false)
    switch (parts.first.map(String.init), parts.count) {
    case ("cpu", 1): self = .cpu
    case ("cuda", 1): self = .cuda()
    case ("cuda", 2):
      guard let index = Int(parts[1]), (0..<128).contains(index) else { throw TorchError.unknownDevice(name) }
      self = .cuda(index)
    default: throw TorchError.unknownDevice(name)
    }
    if kind == .cuda, !libtorch.accrete_has_cuda() { throw TorchError.unavailableDevice(name) }
  }

  var typeCode: Int32 { kind == .cpu ? libtorch.aoti_torch_device_type_cpu() : libtorch.aoti_torch_device_type_cuda() }

  public var description: String { kind == .cpu ? "cpu" : "cuda:\(index)" }
}
