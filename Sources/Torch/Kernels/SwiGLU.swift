import CTorch

/// The middle of a SwiGLU block whose weights train: `SiLU(gate) ⊙ up`, one pass over memory each way.
public enum SwiGLU {
  /// All of one shape. `gate`, `up`: [tokens, width] → the same.
  public static func forward(gate: Tensor, up: Tensor) throws -> Tensor {
    guard Kernels.suit(gate), Kernels.suit(up) else { return try gate.silu() * up }
    try Kernels.require("a block's up projection", up, gate.shape)
    let (gate, up) = (try gate.contiguous(), try up.contiguous())
    let result = try Tensor(uninitialized: gate.shape)
    accrete_swiglu_forward(
      Int64(gate.count), try gate.kernelMemory(), try up.kernelMemory(), try result.kernelMemory(),
      libtorch.accrete_get_threads())
    return withExtendedLifetime((gate, up)) { result }
  }

  /// The gradients by both. All: [tokens, width].
  public static func backward(_ gradient: Tensor, gate: Tensor, up: Tensor) throws -> (gate: Tensor, up: Tensor) {
    guard Kernels.suit(gradient), Kernels.suit(gate), Kernels.suit(up) else {
      return (try (gradient * up).siluBackward(gate), try gradient * gate.silu())
    }
    try Kernels.require("a block's up projection", up, gate.shape)
    try Kernels.require("a block's gradient", gradient, gate.shape)
    let operands = try [gradient, gate, up].map { try $0.contiguous() }
    let (byGate, byUp) = (try Tensor(uninitialized: gate.shape), try Tensor(uninitialized: gate.shape))
    accrete_swiglu_backward(
      Int64(gate.count), try operands[0].kernelMemory(), try operands[1].kernelMemory(),
      try operands[2].kernelMemory(), try byGate.kernelMemory(), try byUp.kernelMemory(),
      libtorch.accrete_get_threads())
    return withExtendedLifetime(operands) { (byGate, byUp) }
  }
}
