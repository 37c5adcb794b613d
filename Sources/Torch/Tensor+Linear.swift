import CTorch

extension Tensor {
  /// Matrix product with broadcasting over leading dimensions.
  public func matmul(_ other: Tensor) throws -> Tensor {
    try Operation.call("aten::matmul", [.tensor(self), .tensor(other)])
  }

  /// `x Wᵀ`. `weight`: [out, in], with any strides; `self`: […, in] → […, out].
  public func linear(_ weight: Tensor) throws -> Tensor {
    try Operation.produce("aten::linear", [self, weight]) {
      libtorch.accrete_linear(reference, weight.reference, nil, &$0)
    }
  }

  /// `x Wᵀ + addend` in one pass. `self`: […, in]; `addend`: […, out] → the same.
  public func linear(_ weight: Tensor, adding addend: Tensor) throws -> Tensor {
    try Operation.produce("aten::linear", [self, weight, addend]) {
      libtorch.accrete_linear(reference, weight.reference, addend.reference, &$0)
    }
  }

  /// `x W`: the gradient of `linear`'s input. `weight`: [out, in]; `self`: [rows, out] → [rows, in].
  public func linearTransposed(_ weight: Tensor) throws -> Tensor { try linear(weight.transposed(0, 1)) }

  /// `xᵀ y`: the gradient of a factor. `self`: [rows, narrow]; `other`: [rows, wide] → [narrow, wide].
  public func transposedProduct(_ other: Tensor) throws -> Tensor {
    try transposed(0, 1).linear(other.transposed(0, 1))
  }

  /// `self + alpha · a b` for matrices, in one pass over the result.
  public func addingProduct(_ a: Tensor, _ b: Tensor, times alpha: Double) throws -> Tensor {
    try Operation.produce("aten::addmm", [self, a, b]) {
      libtorch.accrete_addmm(reference, a.reference, b.reference, 1, alpha, &$0)
    }
  }

  /// `self += a b` for matrices.
  public func addProductInPlace(_ a: Tensor, _ b: Tensor) throws {
    try Operation.check(
      "aten::addmm_", [self, a, b], libtorch.accrete_addmm_in_place(reference, a.reference, b.reference))
  }

  /// `keep · self + alpha · a b`, matrix by matrix, in one pass over the result. All [matrices, rows, columns].
  public func scaled(by keep: Double, addingProducts a: Tensor, _ b: Tensor, times alpha: Double) throws -> Tensor {
    try Operation.produce("aten::baddbmm", [self, a, b]) {
      libtorch.accrete_baddbmm(reference, a.reference, b.reference, keep, alpha, &$0)
    }
  }

  /// The gradient by an embedding table of `rows` rows. `self`: that by the rows taken, [tokens, width]; `ids`: int64 [tokens]
  /// → [rows, width].
  public func embeddingGradient(of ids: Tensor, rows: Int) throws -> Tensor {
    try Operation.call(
      "aten::embedding_dense_backward", [.tensor(self), .tensor(ids), .int(rows), .int(-1), .bool(false)])
  }

  /// Rows of an embedding table. `self`: ids, any shape → [..., width].
  public func embedded(in table: Tensor) throws -> Tensor {
    try Operation.call("aten::embedding", [.tensor(table), .tensor(self), .int(-1), .bool(false), .bool(false)])
  }
}
