public import Torch

/// Numbers of packed tokens, each at most once: on the host, where a pass is planned, and on its device, where rows are taken.
public struct TokenIndices: Sendable {
  public let numbers: [Int]
  /// int64 [count]
  public let tensor: Tensor

  public var count: Int { numbers.count }

  /// - Parameters:
  ///   - numbers: On the host.
  ///   - tensor: The same on the device.
  public init(_ numbers: [Int], tensor: Tensor) { (self.numbers, self.tensor) = (numbers, tensor) }

  public init(_ numbers: [Int], on device: Device = .cpu) throws {
    try self.init(numbers, tensor: Tensor(numbers, on: device))
  }

  /// Reads the tensor, which a GPU has to wait for.
  public init(reading tensor: Tensor) throws { try self.init(tensor.integers(), tensor: tensor) }
}
