import CTorch

/// A random stream for tensors: same seed, same numbers; nothing else draws from it.
///
/// Unchecked because a generator belongs to one owner at a time (the trainer).
public final class Generator: @unchecked Sendable {
  private let reference: TorchGeneratorRef
  public let device: Device

  /// - Throws: ``TorchError`` when the device does not exist.
  public init(seed: UInt64, on device: Device = .cpu) throws {
    var reference: TorchGeneratorRef?
    let status = libtorch.accrete_generator_new(device.typeCode, Int32(device.index), seed, &reference)
    try Operation.check("generator", [], status)
    guard let reference else {
      throw TorchError.unexpectedResult(operation: "generator", expected: "a generator", got: "nothing")
    }
    self.reference = reference
    self.device = device
  }

  deinit { libtorch.accrete_generator_delete(reference) }

  /// The whole state as bytes (uint8, about 5 KB on the CPU).
  public func state() throws -> Tensor {
    try Operation.produce("generator state", []) { libtorch.accrete_generator_get_state(reference, &$0) }
  }

  /// Continues exactly where `state` was taken.
  public func restore(_ state: Tensor) throws {
    try Operation.check(
      "set generator state", [state], libtorch.accrete_generator_set_state(reference, state.reference))
  }

  /// Overwrites `tensor` with numbers of the uniform distribution on [low, high).
  public func fillUniform(_ tensor: Tensor, from low: Double, to high: Double) throws {
    try Operation.check("uniform_", [tensor], libtorch.accrete_uniform(tensor.reference, low, high, reference))
  }

  /// Overwrites `tensor` with numbers of a normal distribution.
  public func fillNormal(_ tensor: Tensor, mean: Double = 0, deviation: Double) throws {
    try Operation.check("normal_", [tensor], libtorch.accrete_normal(tensor.reference, mean, deviation, reference))
  }

  /// Overwrites `tensor` with ones (with `probability`) and zeros.
  public func fillBernoulli(_ tensor: Tensor, probability: Double) throws {
    try Operation.check("bernoulli_", [tensor], libtorch.accrete_bernoulli(tensor.reference, probability, reference))
  }
}
