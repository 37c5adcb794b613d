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

  /// Takes new tokens in and lets each look at the earlier ones of its row and itself.
  ///
  /// - Parameters:
  ///   - queries: [tokens, heads, headDim]; tokens behind the layout's own (filler) give zeros.
  ///   - newKeys: [tokens, kvHeads, headDim]
  ///   - newValues: [tokens, kvHeads, headDim]
  ///   - layout: how many of the new tokens each row has; without groups.
  /// - Returns: [tokens, heads, headDim]
  /// - Throws: ``TorchError/shapeMismatch(what:expected:got:)``.
  public mutating func attend(
    queries: Tensor, keys newKeys: Tensor, values newValues: Tensor, layout: PackedAttention.Layout
  ) throws -> Tensor {
    let shape = queries.shape
    let (kvHeads, dim) = (values.shape[1], values.shape[3])
    guard shape.count == 3, shape[2] == dim, shape[1] % kvHeads == 0, shape[0] >= layout.tokens,
      newKeys.shape == [shape[0], kvHeads, dim], newValues.shape == newKeys.shape
    else { throw TorchError.shapeMismatch(what: "keys of cached attention", expected: shape, got: newKeys.shape) }
    guard layout.starts.count == lengths.count + 1, layout.groups == nil else {
      throw TorchError.shapeMismatch(
        what: "rows of cached attention", expected: [lengths.count], got: [layout.starts.count - 1])
    }
    let ends = lengths.indices.map { lengths[$0] + Int(layout.starts[$0 + 1] - layout.starts[$0]) }
    try makeRoom(for: ends.max() ?? 0)

    let operands = try [queries, newKeys, newValues].map { try $0.contiguous() }
    let filler = shape[0] > layout.tokens
    let output = filler ? try Tensor.zeros(shape) : try Tensor(uninitialized: shape)
    try layout.starts.withUnsafeBufferPointer { starts in
      try lengths.map(Int64.init).withUnsafeBufferPointer { past in
        var parameters = AccreteCachedAttention(
          rows: Int64(lengths.count), heads: Int64(shape[1]), kv_heads: Int64(kvHeads), dim: Int64(dim),
          capacity: Int64(capacity), starts: starts.baseAddress, past: past.baseAddress,
          queries: try operands[0].kernelMemory(), keys: try operands[1].kernelMemory(),
          values: try operands[2].kernelMemory(), cached_keys: try keys.kernelMemory(),
          cached_values: try values.kernelMemory(), scale: 1 / Float(dim).squareRoot(),
          threads: libtorch.accrete_get_threads())
        accrete_cached_attention(&parameters, try output.kernelMemory())
      }
    }
    lengths = ends
    return withExtendedLifetime(operands) { output }
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
