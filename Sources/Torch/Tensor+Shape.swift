extension Tensor {
  /// The same elements in another shape; one length may be −1.
  public func reshaped(_ shape: [Int]) throws -> Tensor {
    try Operation.call("aten::reshape", [.tensor(self), .ints(shape)])
  }

  public func transposed(_ a: Int, _ b: Int) throws -> Tensor {
    try Operation.call("aten::transpose", overload: "int", [.tensor(self), .int(a), .int(b)])
  }

  public func unsqueezed(_ axis: Int) throws -> Tensor {
    try Operation.call("aten::unsqueeze", [.tensor(self), .int(axis)])
  }

  public func squeezed(_ axis: Int) throws -> Tensor {
    try Operation.call("aten::squeeze", overload: "dim", [.tensor(self), .int(axis)])
  }

  /// Repeats dimensions of length 1 without copying.
  public func expanded(_ shape: [Int]) throws -> Tensor {
    try Operation.call("aten::expand", [.tensor(self), .ints(shape), .bool(false)])
  }

  /// `length` elements of `axis` from `start`, as a view.
  public func narrowed(_ axis: Int, from start: Int, count length: Int) throws -> Tensor {
    try Operation.call("aten::narrow", [.tensor(self), .int(axis), .int(start), .int(length)])
  }

  /// The `index`-th slice of `axis`, which disappears.
  public func selected(_ axis: Int, _ index: Int) throws -> Tensor {
    try Operation.call("aten::select", overload: "int", [.tensor(self), .int(axis), .int(index)])
  }

  /// Rows of `axis` by number. `indices`: int64, one-dimensional.
  public func gathered(_ axis: Int, rows indices: Tensor) throws -> Tensor {
    try Operation.call("aten::index_select", [.tensor(self), .int(axis), .tensor(indices)])
  }

  /// A copy whose rows `indices` of `axis` are those of `source`. `indices`: int64, one-dimensional, each at most once.
  public func replacing(_ axis: Int, rows indices: Tensor, with source: Tensor) throws -> Tensor {
    try Operation.call("aten::index_copy", [.tensor(self), .int(axis), .tensor(indices), .tensor(source)])
  }

  /// Makes the rows `indices` of `axis` those of `source`, where they lie. `indices`: int64, one-dimensional, each at most once.
  public func replaceInPlace(_ axis: Int, rows indices: Tensor, with source: Tensor) throws {
    try Operation.call(
      "aten::index_copy_", results: 1, [.tensor(self), .int(axis), .tensor(indices), .tensor(source)])
  }

  /// `out[i][j] = self[i][indices[i][j]]` for `axis` 1, and so on.
  public func picked(_ axis: Int, _ indices: Tensor) throws -> Tensor {
    try Operation.call("aten::gather", [.tensor(self), .int(axis), .tensor(indices), .bool(false)])
  }

  /// A copy with `out[i][indices[i][j]] = source[i][j]` for `axis` 1, and so on.
  public func replacing(_ axis: Int, at indices: Tensor, with source: Tensor) throws -> Tensor {
    try Operation.call(
      "aten::scatter", overload: "src", [.tensor(self), .int(axis), .tensor(indices), .tensor(source)])
  }

  /// A copy with `out[i][indices[i][j]] += source[i][j]` for `axis` 1, and so on.
  public func addingAt(_ axis: Int, _ indices: Tensor, _ source: Tensor) throws -> Tensor {
    func call() throws -> Tensor {
      try Operation.call("aten::scatter_add", [.tensor(self), .int(axis), .tensor(indices), .tensor(source)])
    }
    // A GPU adds what meets in one place in no order, unless the order is asked for.
    return device == .cpu ? try call() : try Determinism.required(call)
  }

  /// With rows of zeros behind it, so that their number is a multiple of `block`: products with few different shapes are cheaper.
  public func padded(toMultipleOf block: Int) throws -> Tensor {
    let rows = shape[0]
    let missing = (block - rows % block) % block
    if missing == 0 { return self }
    return try Tensor.concatenated([self, Tensor.zeros([missing] + shape.dropFirst(), dtype ?? .float32, on: device)])
  }

  public static func concatenated(_ parts: [Tensor], axis: Int = 0) throws -> Tensor {
    if parts.count == 1, let only = parts.first { return only }
    return try Operation.call("aten::cat", [.tensors(parts), .int(axis)])
  }

  public static func stacked(_ parts: [Tensor], axis: Int = 0) throws -> Tensor {
    try Operation.call("aten::stack", [.tensors(parts), .int(axis)])
  }

  /// Every element of `axis` `times` times in a row.
  public func repeated(_ axis: Int, times: Int) throws -> Tensor {
    if times == 1 { return self }
    return try Operation.call(
      "aten::repeat_interleave", overload: "self_int",
      [.tensor(self), .int(times), .optionalInt(axis), .optionalInt(nil)])
  }
}
