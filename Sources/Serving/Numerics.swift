import Torch

/// Names the arithmetic of this process: answers of another id may differ in their last bits.
public enum Numerics {
  /// Grows when the program computes answers in another order than before. 2: the common start of all prompts is computed once, and batches
  /// run beside each other, one thread each. 3: generated text is the same in any company (`DecodingSession`). 4: of bases that compute in
  /// bfloat16, generated tokens do so, too, and batches have other sizes. 5: label scores, heads and routes have the bits that a row has alone.
  /// 6: where these are computed in bfloat16, activations are held in it, too, as in training.
  private static let revision = 6

  /// Libtorch's version, the instruction set of the kernels (with `+bf16` where products of bfloat16 are the processor's), threads and the
  /// program's revision, as `libtorch-2.13.0/avx512+bf16/2/r4`.
  public static func id(threads: Int) -> String {
    let set = InstructionSet.current.rawValue + (InstructionSet.hasHalfProducts ? "+bf16" : "")
    return "libtorch-\(TorchRuntime.version)/\(set)/\(threads)/r\(revision)"
  }
}
