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

  /// `x Wᵀ + addend` of a float32 factor and a float32 `self`, in the addend's type. `self`: [rows, in]; `addend`: [rows, out] → the same.
  public func factorProduct(_ factor: Tensor, adding addend: Tensor) throws -> Tensor {
    let type = addend.dtype ?? .float32
    return try converted(to: type).linear(factor.converted(to: type), adding: addend)
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

  /// `self = factor · left leftᵀ`, matrix by matrix. Of large ones, only the blocks on and below the diagonal are products: those above
  /// mirror them.
  ///
  /// `self`: [matrices, rows, rows]; `left`: [matrices, rows, columns].
  func becomeSquare(of left: Tensor, times factor: Double = 1) throws {
    let rows = shape[1]
    let block = rows >= 256 && rows.isMultiple(of: 2) ? rows / 2 : rows
    for start in stride(from: 0, to: rows, by: block) {
      let end = start + block
      let (above, own) = (
        try left.narrowed(1, from: 0, count: end).transposed(1, 2), try left.narrowed(1, from: start, count: block)
      )
      let band = try narrowed(1, from: start, count: block)  // [matrices, block, rows]
      let lower = try band.narrowed(2, from: 0, count: end)
      try Operation.check(
        "aten::baddbmm_", [lower, own, above],
        libtorch.accrete_baddbmm_in_place(lower.reference, own.reference, above.reference, 0, factor))
    }
    guard block < rows else { return }
    guard Kernels.suit(self) else {
      let lower = try narrowed(1, from: block, count: block).narrowed(2, from: 0, count: block)
      return try narrowed(1, from: 0, count: block).narrowed(2, from: block, count: block)
        .copyInPlace(from: lower.transposed(1, 2))
    }
    accrete_mirror(
      Int64(shape[0]), Int64(rows), Int64(block), try kernelMemory(), libtorch.accrete_get_threads())
  }

  /// The diagonals of matrices, as a view. [matrices, rows, rows] → [matrices, rows]
  func diagonals() throws -> Tensor {
    try Operation.call("aten::diagonal", [.tensor(self), .int(0), .int(1), .int(2)])
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
