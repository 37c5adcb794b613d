extension Tensor {
  /// True where the elements are equal, with broadcasting.
  public func equals(_ other: Tensor) throws -> Tensor {
    try Operation.call("aten::eq", overload: "Tensor", [.tensor(self), .tensor(other)])
  }

  /// True where this is at most the other, with broadcasting.
  public func isLessOrEqual(to other: Tensor) throws -> Tensor {
    try Operation.call("aten::le", overload: "Tensor", [.tensor(self), .tensor(other)])
  }

  public func and(_ other: Tensor) throws -> Tensor {
    try Operation.call("aten::logical_and", [.tensor(self), .tensor(other)])
  }

  public func or(_ other: Tensor) throws -> Tensor {
    try Operation.call("aten::logical_or", [.tensor(self), .tensor(other)])
  }
}
