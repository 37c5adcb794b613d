import CTorch

extension Tensor {
  /// `x / sqrt(mean(x²) + epsilon) · weight` over the last dimension.
  public func rmsNormalized(weight: Tensor, epsilon: Double) throws -> Tensor {
    guard Kernels.suit(self), Kernels.suit(weight), shape.last == weight.count, !isRecorded, !weight.isRecorded
    else {
      return try Operation.call(
        "aten::rms_norm",
        [.tensor(self), .ints(weight.shape), .optionalTensor(weight), .optionalDouble(epsilon)])
    }
    let (x, weight) = (try contiguous(), try weight.contiguous())
    let normed = try Tensor(uninitialized: shape)
    accrete_norm_forward(
      Int64(count / max(weight.count, 1)), Int64(weight.count), try x.kernelMemory(), nil, try weight.kernelMemory(),
      Float(epsilon), nil, try normed.kernelMemory(), libtorch.accrete_get_threads())
    return withExtendedLifetime((x, weight)) { normed }
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
