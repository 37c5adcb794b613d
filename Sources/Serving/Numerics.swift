import Torch

/// Names the arithmetic of this process: answers of another id may differ in their last bits.
public enum Numerics {
  /// Libtorch's version, the instruction set of the kernels, and threads, as `libtorch-2.13.0/avx512/2`.
  public static func id(threads: Int) -> String {
    "libtorch-\(TorchRuntime.version)/\(InstructionSet.current.rawValue)/\(threads)"
  }
}
