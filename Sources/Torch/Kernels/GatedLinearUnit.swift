import CTorch
public import ModelConfiguration

/// The middle of a gated feed-forward block whose weights train: `f(gate) ⊙ up` (Shazeer, arXiv 2002.05202), one pass over memory each way.
public enum GatedLinearUnit {
  /// All of one shape. `gate`, `up`: [tokens, width] → the same.
  public static func forward(_ activation: Activation, gate: Tensor, up: Tensor) throws -> Tensor {
    if let kernels = DeviceOperations.kernels(forActivations: gate, up) {
      return try kernels.gated(activation, gate: gate, up: up)
    }
    guard Kernels.suitActivations(gate, up) else { return try gate.activated(activation) * up }
    try Kernels.require("a block's up projection", up, gate.shape)
    let (gate, up) = (try gate.contiguous(), try up.contiguous())
    let result = try Tensor(uninitialized: gate.shape, gate.dtype ?? .float32)
    accrete_glu_forward(
      activation.kernel, gate.isHalf, Int64(gate.count), try gate.activationMemory(), try up.activationMemory(),
      try result.activationMemory(), libtorch.accrete_get_threads())
    return withExtendedLifetime((gate, up)) { result }
  }

  /// The gradients by both. All: [tokens, width].
  public static func backward(
    _ activation: Activation, _ gradient: Tensor, gate: Tensor, up: Tensor
  ) throws -> (gate: Tensor, up: Tensor) {
    if gradient.dtype == gate.dtype, let kernels = DeviceOperations.kernels(forActivations: gate, up) {
      return try kernels.gatedBackward(activation, gradient, gate: gate, up: up)
    }
    guard Kernels.suitActivations(gradient, gate), Kernels.suitActivations(gate, up) else {
      return (
        try (gradient * up).activationBackward(activation, at: gate), try gradient * gate.activated(activation)
      )
    }
    try Kernels.require("a block's up projection", up, gate.shape)
    try Kernels.require("a block's gradient", gradient, gate.shape)
    let operands = try [gradient, gate, up].map { try $0.contiguous() }
    let type = gate.dtype ?? .float32
    let (byGate, byUp) = (try Tensor(uninitialized: gate.shape, type), try Tensor(uninitialized: gate.shape, type))
    accrete_glu_backward(
      activation.kernel, gate.isHalf, Int64(gate.count), try operands[0].activationMemory(),
      try operands[1].activationMemory(), try operands[2].activationMemory(), try byGate.activationMemory(),
      try byUp.activationMemory(), libtorch.accrete_get_threads())
    return withExtendedLifetime(operands) { (byGate, byUp) }
  }
}
