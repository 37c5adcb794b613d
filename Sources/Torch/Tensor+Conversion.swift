import CTorch

extension Tensor {
  /// The same values with another element type; itself when it has that type.
  public func converted(to target: DType) throws -> Tensor {
    if dtype == target { return self }
    return try Operation.call(
      "aten::to", overload: "dtype", [.tensor(self), .dtype(target), .bool(false), .bool(false), .optionalInt(nil)])
  }

  /// The same values on another device; itself when it is there.
  public func moved(to target: Device) throws -> Tensor {
    if device == target { return self }
    guard let dtype else {
      throw TorchError.operationFailed(operation: "move", arguments: description, reason: "unknown element type")
    }
    let copy = try Tensor(uninitialized: shape, dtype, on: target)
    try copy.copyInPlace(from: self)
    return copy
  }

  /// Row-major without gaps; itself when it is so already.
  public func contiguous() throws -> Tensor {
    if isContiguous { return self }
    return try Operation.call("aten::contiguous", [.tensor(self), .int(0)])
  }

  /// A copy that shares nothing.
  public func cloned() throws -> Tensor {
    try Operation.call("aten::clone", [.tensor(self), .optionalInt(nil)])
  }

  /// Overwrites the elements with those of `source`, converting type and device.
  public func copyInPlace(from source: Tensor) throws {
    try Operation.call("aten::copy_", results: 1, [.tensor(self), .tensor(source), .bool(false)])
  }

  /// Sets every element to `value`.
  public func fillInPlace(_ value: Double) throws {
    try Operation.check("aten::fill_", [self], libtorch.accrete_fill(reference, value))
  }
}
