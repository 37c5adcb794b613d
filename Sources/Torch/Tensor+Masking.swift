extension Tensor {
  /// True where the element is zero or false.
  public func not() throws -> Tensor { try Operation.call("aten::logical_not", [.tensor(self)]) }

  /// This tensor's elements where `mask` is true, those of `other` elsewhere.
  public func kept(where mask: Tensor, else other: Tensor) throws -> Tensor {
    try Operation.call("aten::where", overload: "self", [.tensor(mask), .tensor(self), .tensor(other)])
  }

  /// The elements where `mask` is true, in row-major order. [elements]
  public func picked(where mask: Tensor) throws -> Tensor {
    try Operation.call("aten::masked_select", [.tensor(self), .tensor(mask)])
  }

  /// A copy whose elements where `mask` is true are those of `source`, in row-major order.
  /// - Throws: ``TorchError/operationFailed(operation:arguments:reason:)`` for a source that is too short or of another type.
  public func replacing(where mask: Tensor, with source: Tensor) throws -> Tensor {
    try Operation.call("aten::masked_scatter", [.tensor(self), .tensor(mask), .tensor(source)])
  }

  /// The `rank`-th smallest element, counted from 1. []
  public func smallest(_ rank: Int) throws -> Tensor {
    let flat = try reshaped([-1])
    let results = try Operation.call(
      "aten::kthvalue", results: 2, [.tensor(flat), .int(rank), .int(0), .bool(false)])
    guard let value = results.first else {
      throw TorchError.unexpectedResult(operation: "kthvalue", expected: "a tensor", got: "nothing")
    }
    return value
  }
}
