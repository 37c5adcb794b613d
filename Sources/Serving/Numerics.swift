import Torch

/// Names the arithmetic of this process: answers of another id may differ in their last bits.
public enum Numerics {
  /// Grows when the program computes answers in another order than before. 2: what all prompts begin with is computed once,
  /// and batches beside each other, each by one thread. 3: what is written is the same in any company (`DecodingSession`).
  private static let revision = 3

  /// Libtorch's version, the instruction set of the kernels, threads and the program's revision, as `libtorch-2.13.0/avx512/2/r2`.
  public static func id(threads: Int) -> String {
    "libtorch-\(TorchRuntime.version)/\(InstructionSet.current.rawValue)/\(threads)/r\(revision)"
  }
}
