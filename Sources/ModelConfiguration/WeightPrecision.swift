/// How the numbers of a model's frozen matrices are held.
public enum WeightPrecision: String, Sendable, CaseIterable, Codable {
  case float32
  /// Half the memory; products in float32. Exact where the numbers come from bfloat16, rounded otherwise.
  case bfloat16
  /// A quarter of the memory, and faster products where the processor has integer instructions (AVX-512 VNNI); not exact.
  case int8
}
