import CTorch

extension Tensor {
  /// The sum of all elements.
  public func sum() throws -> Tensor {
    try Operation.call("aten::sum", [.tensor(self), .optionalDType(nil)])
  }

  /// The sum along `axis`.
  public func sum(_ axis: Int, keeping: Bool = false) throws -> Tensor {
    try Operation.call(
      "aten::sum", overload: "dim_IntList", [.tensor(self), .optionalInts([axis]), .bool(keeping), .optionalDType(nil)])
  }

  /// The mean of all elements.
  public func mean() throws -> Tensor {
    try Operation.call("aten::mean", [.tensor(self), .optionalDType(nil)])
  }

  /// The mean along `axis`.
  public func mean(_ axis: Int, keeping: Bool = false) throws -> Tensor {
    try Operation.call(
      "aten::mean", overload: "dim", [.tensor(self), .optionalInts([axis]), .bool(keeping), .optionalDType(nil)])
  }

  /// Index of the largest element along `axis`, the first one of equals.
  public func argmax(_ axis: Int) throws -> Tensor {
    try Operation.call("aten::argmax", [.tensor(self), .optionalInt(axis), .bool(false)])
  }

  /// The largest element.
  public func maximum() throws -> Tensor { try Operation.call("aten::max", [.tensor(self)]) }

  /// Whether every element is true.
  public func all() throws -> Tensor { try Operation.call("aten::all", [.tensor(self)]) }

  /// Whether two tensors have the same shape and equal elements.
  public func isEqual(to other: Tensor) throws -> Bool {
    guard shape == other.shape, dtype == other.dtype else { return false }
    return try Operation.call("aten::eq", overload: "Tensor", [.tensor(self), .tensor(other)]).all().item() == 1
  }

  /// The L2 norm of all elements.
  public func norm() throws -> Tensor {
    try (self * self).sum().sqrt()
  }

  /// Σ x² over all elements, on a CPU in one pass: the same bits for any number of threads.
  public func squareSum() throws -> Double {
    guard count > 0 else { return 0 }
    guard Kernels.suit(self), isContiguous else { return try (self * self).sum().item() }
    return accrete_square_sum(Int64(count), try kernelMemory(), libtorch.accrete_get_threads())
  }
}

extension Tensor {
  /// log Σ exp along `axis`, without overflow.
  public func logSumExp(_ axis: Int) throws -> Tensor {
    try Operation.call("aten::logsumexp", [.tensor(self), .ints([axis]), .bool(false)])
  }

  /// The `count` largest elements of each row, largest first, and their indices. [rows, columns] → [rows, count], int64 [rows, count]
  public func largest(_ count: Int) throws -> (values: Tensor, indices: Tensor) {
    let results = try Operation.call(
      "aten::topk", results: 2, [.tensor(self), .int(count), .int(-1), .bool(true), .bool(true)])
    guard results.count == 2 else {
      throw TorchError.unexpectedResult(operation: "topk", expected: "2 tensors", got: "\(results.count)")
    }
    return (results[0], results[1])
  }
}
