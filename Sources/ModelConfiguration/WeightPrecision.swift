/// How the numbers of a model's frozen matrices are held, and what a CPU multiplies. What a GPU does is in `docs/gpu.md`.
public enum WeightPrecision: String, Sendable, CaseIterable, Codable {
  case float32
  /// Half the memory; products in float32. Exact where the numbers come from bfloat16, rounded otherwise.
  case bfloat16
  /// A quarter of the memory, and faster products where the processor has integer instructions (AVX-512 VNNI); not exact.
  case int8
  /// A quarter of the memory: 8-bit floats (e4m3) with a scale for each output; products in float32. Not exact.
  case fp8
  /// A seventh of the memory: the 16 levels of NF4 (QLoRA, arXiv 2305.14314) with a scale for 64 inputs; products in float32. Not
  /// exact.
  case nf4
  /// As checkpoints of GPTQ and AWQ have them, and only those: 4-bit integers with a scale and a zero for each group of inputs; products in
  /// float32, exactly with the numbers that the checkpoint stands for.
  case int4

  /// Whether numbers of every checkpoint change on their way into it.
  public var isRounding: Bool {
    switch self {
    case .int8, .fp8, .nf4: true
    case .float32, .bfloat16, .int4: false
    }
  }

  /// Whether the embedding and the LM head are held so too; elsewhere they stay as the files have them.
  public var includesEmbedding: Bool {
    switch self {
    case .float32, .bfloat16: true
    case .int8, .fp8, .nf4, .int4: false
    }
  }
}
