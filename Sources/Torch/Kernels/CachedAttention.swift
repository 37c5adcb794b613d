import CTorch

/// Keys and values of the tokens that a batch of rows has read, for one layer; rows may have different lengths.
///
/// Keys lie transposed, so that the kernel scores sixteen of them at a time. Room grows by doubling, so that a token costs one
/// small copy and not a copy of everything. float32 on a CPU. One owner.
public struct CachedAttention {
  private var keys: Tensor  // [rows, kvHeads, headDim, capacity]
  private var values: Tensor  // [rows, kvHeads, capacity, headDim]
  /// Tokens held of each row.
  public private(set) var lengths: [Int]

  private var capacity: Int { values.shape[2] }

  /// Room for a batch of rows, without a token yet.
  public init(rows: Int, kvHeads: Int, headDim: Int) throws {
    lengths = Array(repeating: 0, count: rows)
    keys = try Tensor(uninitialized: [rows, kvHeads, headDim, 0])
    values = try Tensor(uninitialized: [rows, kvHeads, 0, headDim])
  }

  /// Keys and values of one batch of new tokens.
  public struct New {
    public let keys: Tensor  // [tokens, kvHeads, headDim]
    public let values: Tensor  // [tokens, kvHeads, headDim]

    public init(keys: Tensor, values: Tensor) {
      self.keys = keys
      self.values = values
    }
  }

  /// Takes new tokens in and lets each look at the earlier ones of its row and itself.
  ///
  /// - Parameters:
  ///   - queries: [tokens, heads, headDim]; tokens behind the layout's own (alignment padding) give zeros.
  ///   - new: the tokens' keys and values; nil: those that were taken in last, by another layer's queries.
  ///   - layout: how many of the new tokens each row has; without groups.
  /// - Returns: [tokens, heads, headDim]
  /// - Throws: ``TorchError/shapeMismatch(what:expected:got:)``.
  public mutating func attend(queries: Tensor, new: New?, layout: PackedAttention.Layout) throws -> Tensor {
    let shape = queries.shape
    let (kvHeads, dim) = (values.shape[1], values.shape[3])
    guard shape.count == 3, shape[2] == dim, shape[1] % kvHeads == 0, shape[0] >= layout.tokens else {
      throw TorchError.shapeMismatch(what: "queries of cached attention", expected: [0, kvHeads, dim], got: shape)
    }
    if let new, new.keys.shape != [shape[0], kvHeads, dim] || new.values.shape != new.keys.shape {
      throw TorchError.shapeMismatch(
        what: "keys of cached attention", expected: [shape[0], kvHeads, dim], got: new.keys.shape)
    }
    guard layout.starts.count == lengths.count + 1, layout.groups == nil else {
      throw TorchError.shapeMismatch(
        what: "rows of cached attention", expected: [lengths.count], got: [layout.starts.count - 1])
    }
    let counts = lengths.indices.map { Int(layout.starts[$0 + 1] - layout.starts[$0]) }
    let past = new == nil ? zip(lengths, counts).map { $0 - $1 } : lengths
    guard past.allSatisfy({ $0 >= 0 }) else {
      throw TorchError.shapeMismatch(what: "tokens of cached attention", expected: lengths, got: counts)
    }
    let ends = zip(past, counts).map { $0 + $1 }
    try makeRoom(for: ends.max() ?? 0)

    let operands = try [queries, new?.keys, new?.values].map { try $0?.contiguous() }
    let alignmentPadding = shape[0] > layout.tokens
    let output = alignmentPadding ? try Tensor.zeros(shape) : try Tensor(uninitialized: shape)
    try layout.starts.withUnsafeBufferPointer { starts in
      try past.map(Int64.init).withUnsafeBufferPointer { past in
        var parameters = AccreteCachedAttention(
          rows: Int64(lengths.count), heads: Int64(shape[1]), kv_heads: Int64(kvHeads), dim: Int64(dim),
          capacity: Int64(capacity), window: Int64(layout.window?.size ?? 0), starts: starts.baseAddress,
          past: past.baseAddress, queries: try operands[0]?.kernelMemory(), keys: try operands[1]?.kernelMemory(),
          values: try operands[2]?.kernelMemory(), cached_keys: try keys.kernelMemory(),
          cached_values: try values.kernelMemory(), scale: 1 / Float(dim).squareRoot(),
          threads: libtorch.accrete_get_threads())
        accrete_cached_attention(&parameters, try output.kernelMemory())
      }
    }
    lengths = ends
    return withExtendedLifetime(operands) { output }
  }

  /// The same for several rows, each of which has read what the only row here has.
  /// - Throws: ``TorchError/shapeMismatch(what:expected:got:)`` when there is not one row.
  public func repeated(rows: Int) throws -> CachedAttention {
    guard lengths.count == 1 else {
      throw TorchError.shapeMismatch(what: "rows to repeat", expected: [1], got: [lengths.count])
    }
    var result = self
    result.keys = try keys.expanded([rows] + keys.shape.dropFirst()).contiguous()
    result.values = try values.expanded([rows] + values.shape.dropFirst()).contiguous()
    result.lengths = Array(repeating: lengths[0], count: rows)
    return result
  }

  private mutating func makeRoom(for length: Int) throws {
    guard length > capacity else { return }
    // A multiple of sixteen, as the kernel wants it.
    let room = (max(64, 2 * length) + 15) / 16 * 16
    var shape = keys.shape
    shape[3] = room
    let grownKeys = try Tensor(uninitialized: shape)
    shape.swapAt(2, 3)
    let grownValues = try Tensor(uninitialized: shape)
    if capacity > 0 {
      try grownKeys.narrowed(3, from: 0, count: capacity).copyInPlace(from: keys)
      try grownValues.narrowed(2, from: 0, count: capacity).copyInPlace(from: values)
    }
    (keys, values) = (grownKeys, grownValues)
  }
}
