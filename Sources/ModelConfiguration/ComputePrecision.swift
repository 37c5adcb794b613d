/// What a base's products are computed in.
///
/// bfloat16: activations within a layer are rounded to bfloat16, as its matrices are held; sums are float32. Residual stream, statistics of norms and
/// of softmax, losses, router logits, angles of RoPE and all that trains stay in float32.
public enum ComputePrecision: String, Sendable, CaseIterable, Codable {
  case float32, bfloat16
}

/// What somebody asks for.
public enum ComputeChoice: String, Sendable, CaseIterable, Codable {
  case float32, bfloat16
  /// bfloat16 where the model is held in it, or on a GPU in 8 or 4 bits; on a processor only where that multiplies it and the model is large
  /// enough to gain by it.
  case auto
}
