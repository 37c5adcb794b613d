extension Tensor {
  /// The inverse of a square matrix.
  /// - Throws: `TorchError` for a singular one.
  public func inverse() throws -> Tensor { try Operation.call("aten::linalg_inv", [.tensor(self)]) }

  /// X with A X = Y, where this is A. `self`: [n, n]; `right`: [n, columns] → [n, columns].
  /// - Throws: `TorchError` for a singular matrix.
  public func solved(for right: Tensor) throws -> Tensor {
    try Operation.call("aten::linalg_solve", [.tensor(self), .tensor(right), .bool(true)])
  }

  /// Eigenvalues, largest first, and eigenvectors of a symmetric matrix without negative eigenvalues, such as X Xᵀ.
  ///
  /// `self`: [n, n] → values [n]; vectors [n, n], one in each column.
  /// - Throws: `TorchError` where the iteration does not converge.
  public func eigenvectors() throws -> (values: Tensor, vectors: Tensor) {
    // The singular vectors of such a matrix are its eigenvectors; libtorch's own operator for them takes a text, which the
    // stable ABI cannot pass.
    let results = try Operation.call("aten::linalg_svd", results: 3, [.tensor(self), .bool(true), .optionalInt(nil)])
    guard results.count == 3 else {
      throw TorchError.unexpectedResult(operation: "linalg_svd", expected: "3 tensors", got: "\(results.count)")
    }
    return (values: results[1], vectors: results[0])
  }
}
