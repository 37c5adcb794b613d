/// Which positions a query may look at.
public enum AttentionMask: Sendable {
  /// Every earlier position and itself; needs as many queries as keys.
  case causal
  /// As `causal`, but only at tokens of group 0 or of its own group: a prompt with continuations that do not see each other.
  /// One group for each packed token.
  case grouped([Int32])
  /// Where true. Shape broadcast to [batch, heads, queries, keys].
  case allowed(Tensor)
  /// All keys.
  case none
}

extension Tensor {
  /// Scaled dot-product attention. `self` (queries): [batch, heads, queries, headDim]; keys and values:
  /// [batch, heads, keys, headDim] → [batch, heads, queries, headDim]. The scale is 1/√headDim.
  /// - Throws: ``TorchError/operationFailed(operation:arguments:reason:)`` for `grouped`, which needs packed tokens.
  public func attention(keys: Tensor, values: Tensor, mask: AttentionMask) throws -> Tensor {
    let (allowed, causal): (Tensor?, Bool) =
      switch mask {
      case .causal: (nil, true)
      case .grouped:
        throw TorchError.operationFailed(
          operation: "attention", arguments: description, reason: "groups are of packed tokens: use PackedAttention")
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

  /// As ``attention(keys:values:mask:)``, with what its gradient needs.
  /// - Returns: The output, and a function from the output's gradient to those of queries, keys and values.
  public func tracedAttention(keys: Tensor, values: Tensor, mask: AttentionMask) throws -> (
    output: Tensor, backward: (Tensor) throws -> (queries: Tensor, keys: Tensor, values: Tensor)
  ) {
    let inputs = try [self, keys, values].map { try $0.detached() }
    for input in inputs { try input.requireGradient() }
    let output = try withGradients { try inputs[0].attention(keys: inputs[1], values: inputs[2], mask: mask) }
    return (
      try output.detached(),
      { gradient in
        try output.backward(from: gradient)
        let gradients = try inputs.map { input in
          guard let gradient = input.gradient else { throw TorchError.missingGradient("attention") }
          return gradient
        }
        return (gradients[0], gradients[1], gradients[2])
      }
    )
  }
}
