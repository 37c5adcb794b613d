import CTorch

extension Tensor {
  /// Matrix product with broadcasting over leading dimensions.
  public func matmul(_ other: Tensor) throws -> Tensor {
    try Operation.call("aten::matmul", [.tensor(self), .tensor(other)])
  }

  /// `x Wᵀ (+ b)`. `weight`: [out, in]; `self`: […, in] → […, out].
  public func linear(_ weight: Tensor, bias: Tensor? = nil) throws -> Tensor {
    try Operation.call("aten::linear", [.tensor(self), .tensor(weight), .optionalTensor(bias)])
  }

  /// `self + alpha · a b` for matrices, in one pass over the result.
  public func addingProduct(_ a: Tensor, _ b: Tensor, times alpha: Double) throws -> Tensor {
    try Operation.produce("aten::addmm", [self, a, b]) {
      accrete_addmm(reference, a.reference, b.reference, 1, alpha, &$0)
    }
  }

  /// Rows of an embedding table. `self`: ids, any shape → [..., width].
  public func embedded(in table: Tensor) throws -> Tensor {
    try Operation.call("aten::embedding", [.tensor(table), .tensor(self), .int(-1), .bool(false), .bool(false)])
  }
}
