extension Tensor {
  /// The inverse of a square matrix.
  /// - Throws: `TorchError` for a singular one.
  public func inverse() throws -> Tensor { try Operation.call("aten::linalg_inv", [.tensor(self)]) }
}
