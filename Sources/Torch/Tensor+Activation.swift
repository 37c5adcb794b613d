extension Tensor {
  /// `x · sigmoid(x)`.
  public func silu() throws -> Tensor { try Operation.call("aten::silu", [.tensor(self)]) }

  public func softmax(_ axis: Int) throws -> Tensor {
    try Operation.call("aten::softmax", overload: "int", [.tensor(self), .int(axis), .optionalDType(nil)])
  }

  public func logSoftmax(_ axis: Int) throws -> Tensor {
    try Operation.call("aten::log_softmax", overload: "int", [.tensor(self), .int(axis), .optionalDType(nil)])
  }
}
