import CTorch

extension Tensor {
  /// `x / sqrt(mean(x²) + epsilon) · weight` over the last dimension.
  ///
  /// - Parameters:
  ///   - weight: What each number of the last dimension is multiplied by. [width]
  ///   - epsilon: Added to the mean of squares.
  ///   - type: Of the result; `nil`: as `self` is. Statistics are float32.
  public func rmsNormalized(weight: Tensor, epsilon: Double, as type: DType? = nil) throws -> Tensor {
    let type = type ?? dtype ?? .float32
    if !isRecorded, !weight.isRecorded, shape.last == weight.count,
      let kernels = DeviceOperations.kernels(forNorm: self, output: type)
    {
      return try kernels.normalized(self, weight: weight, epsilon: epsilon, as: type)
    }
    guard Kernels.suitActivations(self), type == dtype || type == .bfloat16, Kernels.suit(weight),
      shape.last == weight.count, !isRecorded, !weight.isRecorded
    else {
      return try Operation.call(
        "aten::rms_norm",
        [
          .tensor(converted(to: .float32)), .ints(weight.shape), .optionalTensor(weight), .optionalDouble(epsilon),
        ]
      ).converted(to: type)
    }
    let (x, weight) = (try contiguous(), try weight.contiguous())
    let normed = try Tensor(uninitialized: shape, type)
    var norm = try x.norm(weight: weight, epsilon: epsilon, output: normed)
    accrete_norm_forward(&norm, try x.activationMemory(), nil, nil, try normed.activationMemory())
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
