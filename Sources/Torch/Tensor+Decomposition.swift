extension Tensor {
  /// The inverse of a square matrix.
  /// - Throws: `TorchError` for a singular one.
  public func inverse() throws -> Tensor { try Operation.call("aten::linalg_inv", [.tensor(self)]) }

  /// X with A X = Y, where this is A. `self`: [n, n]; `right`: [n, columns] → [n, columns].
  /// - Throws: `TorchError` for a singular matrix.
  public func solved(for right: Tensor) throws -> Tensor {
    try Operation.call("aten::linalg_solve", [.tensor(self), .tensor(right), .bool(true)])
  }
}
