extension Tensor {
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
