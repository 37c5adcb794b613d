extension Tensor {
  /// `x / sqrt(mean(x²) + epsilon) · weight` over the last dimension.
  public func rmsNormalized(weight: Tensor, epsilon: Double) throws -> Tensor {
    try Operation.call(
      "aten::rms_norm",
      [.tensor(self), .ints(weight.shape), .optionalTensor(weight), .optionalDouble(epsilon)])
  }

  /// `(x − mean) / sqrt(variance + epsilon)` over the last dimension, without weight or bias.
  public func layerNormalized(epsilon: Double = 1e-5) throws -> Tensor {
    guard let width = shape.last else { return self }
    return try Operation.call(
      "aten::layer_norm",
      [
        .tensor(self), .ints([width]), .optionalTensor(nil), .optionalTensor(nil), .double(epsilon), .bool(false),
      ])
  }
}
