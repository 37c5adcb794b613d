extension Tensor {
  /// `x · sigmoid(x)`.
  public func silu() throws -> Tensor { try Operation.call("aten::silu", [.tensor(self)]) }

  public func softmax(_ axis: Int) throws -> Tensor {
    try Operation.call("aten::softmax", overload: "int", [.tensor(self), .int(axis), .optionalDType(nil)])
  }

  public func logSoftmax(_ axis: Int) throws -> Tensor {
    try Operation.call("aten::log_softmax", overload: "int", [.tensor(self), .int(axis), .optionalDType(nil)])
  }

  /// Inverted dropout: each element is zero with `probability`, the rest are scaled by 1 / (1 − probability).
  /// The mask comes from `generator`; with probability 0 nothing is drawn.
  public func droppedOut(_ probability: Double, from generator: Generator?) throws -> Tensor {
    guard probability > 0, let generator else { return self }
    let keep = 1 - probability
    let mask = try Tensor(uninitialized: shape, dtype ?? .float32, on: device)
    try generator.fillBernoulli(mask, probability: keep)
    try mask.multiplyInPlace(by: 1 / keep)
    return try self * mask
  }
}
