/// Which positions a query may look at.
public enum AttentionMask: Sendable {
  /// Every earlier position and itself; needs as many queries as keys.
  case causal
  /// Where true. Shape broadcast to [batch, heads, queries, keys].
  case allowed(Tensor)
  /// All keys.
  case none
}

extension Tensor {
  /// Scaled dot-product attention. `self` (queries): [batch, heads, queries, headDim]; keys and values:
  /// [batch, heads, keys, headDim] → [batch, heads, queries, headDim]. The scale is 1/√headDim.
  public func attention(keys: Tensor, values: Tensor, mask: AttentionMask) throws -> Tensor {
    let (allowed, causal): (Tensor?, Bool) =
      switch mask {
      case .causal: (nil, true)
      case .allowed(let tensor): (tensor, false)
      case .none: (nil, false)
      }
    return try Operation.call(
      "aten::scaled_dot_product_attention",
      [
        .tensor(self), .tensor(keys), .tensor(values), .optionalTensor(allowed), .double(0), .bool(causal),
        .optionalDouble(nil), .bool(false),
      ])
  }
}
