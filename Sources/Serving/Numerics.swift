import Torch

/// Names the arithmetic of this process: answers of another id may differ in their last bits.
public enum Numerics {
  /// Grows when the program computes answers in another order than before. 2: the common start of all prompts is computed once, and batches
  /// run beside each other, one thread each. 3: generated text is the same in any company (`DecodingSession`).
  private static let revision = 3

  /// Libtorch's version, the instruction set of the kernels, threads and the program's revision, as `libtorch-2.13.0/avx512/2/r3`.
  public static func id(threads: Int) -> String {
    "libtorch-\(TorchRuntime.version)/\(InstructionSet.current.rawValue)/\(threads)/r\(revision)"
  }
}
