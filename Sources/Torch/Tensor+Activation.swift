public import ModelConfiguration

extension Tensor {
  /// Every element through an activation.
  public func activated(_ activation: Activation) throws -> Tensor {
    switch activation {
    case .silu: try silu()
    case .geluTanh: try self * geluLogistic()
    }
  }

  /// The gradient of ``activated(_:)``'s input, from that of its output.
  ///
  /// - Parameters:
  ///   - activation: Which one.
  ///   - input: What it was given.
  public func activationBackward(_ activation: Activation, at input: Tensor) throws -> Tensor {
    switch activation {
    case .silu: return try siluBackward(input)
    case .geluTanh:
      let logistic = try input.geluLogistic()
      let slope = try input * input * (3 * Activation.cubic) + Activation.linear
      return try self * logistic * (input * (logistic * -1 + 1.0) * slope + 1.0)
    }
  }

  /// σ(z(x)) of GELU with tanh.
  private func geluLogistic() throws -> Tensor {
    try (self * (self * self * Activation.cubic + Activation.linear)).sigmoid()
  }

  /// `x · sigmoid(x)`.
  public func silu() throws -> Tensor { try Operation.call("aten::silu", [.tensor(self)]) }

  /// The gradient of ``silu()``'s input, from that of its output. `self`: the gradient; `input`: what `silu` was given.
  public func siluBackward(_ input: Tensor) throws -> Tensor {
    try Operation.call("aten::silu_backward", [.tensor(self), .tensor(input)])
  }

  /// The element where it is above zero, else zero.
  public func relu() throws -> Tensor { try Operation.call("aten::relu", [.tensor(self)]) }

  /// `1 / (1 + exp(−x))`.
  public func sigmoid() throws -> Tensor { try Operation.call("aten::sigmoid", [.tensor(self)]) }

  public func softmax(_ axis: Int) throws -> Tensor {
    try Operation.call("aten::softmax", overload: "int", [.tensor(self), .int(axis), .optionalDType(nil)])
  }

  public func logSoftmax(_ axis: Int) throws -> Tensor {
    try Operation.call("aten::log_softmax", overload: "int", [.tensor(self), .int(axis), .optionalDType(nil)])
  }
}
