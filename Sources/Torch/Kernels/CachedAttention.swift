import CTorch

/// Keys and values that one sequence has read, for one layer.
///
/// Keys lie transposed, so that the kernel scores sixteen of them at a time. Room grows by doubling, so that a token costs one
/// small copy and not a copy of everything. float32 on a CPU. One owner.
public struct CachedKeys {
  fileprivate var keys: Tensor  // [kvHeads, headDim, capacity]
  fileprivate var values: Tensor  // [kvHeads, capacity, headDim]
  /// Tokens held.
  public fileprivate(set) var length = 0

  fileprivate var capacity: Int { values.shape[1] }

  /// Room for a sequence, without a token yet.
  public init(kvHeads: Int, headDim: Int) throws {
    keys = try Tensor(uninitialized: [kvHeads, headDim, 0])
    values = try Tensor(uninitialized: [kvHeads, 0, headDim])
  }

  /// The same tokens in memory of their own: for another sequence that goes on from here.
  public func copied() throws -> CachedKeys {
    var copy = self
    (copy.keys, copy.values) = (try keys.cloned(), try values.cloned())
    return copy
  }

  fileprivate mutating func makeRoom(for length: Int) throws {
    guard length > capacity else { return }
    // A multiple of sixteen, as the kernel wants it.
    let room = (max(64, 2 * length) + 15) / 16 * 16
    var shape = keys.shape
    let held = shape[2]
    shape[2] = room
    let grownKeys = try Tensor(uninitialized: shape)
    shape.swapAt(1, 2)
    let grownValues = try Tensor(uninitialized: shape)
    if held > 0 {
      try grownKeys.narrowed(2, from: 0, count: held).copyInPlace(from: keys)
      try grownValues.narrowed(1, from: 0, count: held).copyInPlace(from: values)
    }
    (keys, values) = (grownKeys, grownValues)
  }
}

/// Attention of new tokens over the cached keys and values of their sequences, for one layer.
public enum CachedAttention {
  /// Keys and values of one batch of new tokens.
  public struct New {
    public let keys: Tensor  // [tokens, kvHeads, headDim]
    public let values: Tensor  // [tokens, kvHeads, headDim]

    public init(keys: Tensor, values: Tensor) {
      self.keys = keys
      self.values = values
    }
  }

  /// Takes new tokens in and lets each look at the earlier ones of its sequence and itself. A token's bits depend neither on the other
  /// sequences nor on how many tokens of its own come at once.
  ///
  /// - Parameters:
  ///   - queries: [tokens, heads, headDim]; tokens behind the layout's own (alignment padding) give zeros.
  ///   - new: The tokens' keys and values; `nil`: those that were taken in last, by another layer's queries.
  ///   - layout: How many of the new tokens each sequence has; without groups.
  ///   - caches: Of each sequence.
  /// - Returns: [tokens, heads, headDim]
  /// - Throws: ``TorchError/shapeMismatch(what:expected:got:)``.
  public static func attend(
    queries: Tensor, new: New?, layout: PackedAttention.Layout, caches: inout [CachedKeys]
  ) throws -> Tensor {
    let shape = queries.shape
    guard layout.starts.count == caches.count + 1, let first = caches.first?.values.shape else {
      throw TorchError.shapeMismatch(
        what: "sequences of cached attention", expected: [layout.starts.count - 1], got: [caches.count])
    }
    guard layout.groups == nil else {
      throw TorchError.shapeMismatch(what: "groups of cached attention", expected: [0], got: [layout.tokens])
    }
    if let other = caches.first(where: { $0.values.shape[0] != first[0] || $0.values.shape[2] != first[2] }) {
      throw TorchError.shapeMismatch(
        what: "heads of cached attention", expected: [first[0], first[2]],
        got: [other.values.shape[0], other.values.shape[2]])
    }
    let (kvHeads, dim) = (first[0], first[2])
    guard shape.count == 3, shape[2] == dim, shape[1] % kvHeads == 0, shape[0] >= layout.tokens else {
      throw TorchError.shapeMismatch(what: "queries of cached attention", expected: [0, kvHeads, dim], got: shape)
    }
    if let new, new.keys.shape != [shape[0], kvHeads, dim] || new.values.shape != new.keys.shape {
      throw TorchError.shapeMismatch(
        what: "keys of cached attention", expected: [shape[0], kvHeads, dim], got: new.keys.shape)
    }
    let counts = caches.indices.map { Int(layout.starts[$0 + 1] - layout.starts[$0]) }
    let past = zip(caches, counts).map { new == nil ? $0.length - $1 : $0.length }
    guard past.allSatisfy({ $0 >= 0 }) else {
      throw TorchError.shapeMismatch(what: "tokens of cached attention", expected: caches.map(\.length), got: counts)
    }
    for sequence in caches.indices where counts[sequence] > 0 {
      try caches[sequence].makeRoom(for: past[sequence] + counts[sequence])
    }

    let operands = try [queries, new?.keys, new?.values].map { try $0?.contiguous() }
    let output = shape[0] > layout.tokens ? try Tensor.zeros(shape) : try Tensor(uninitialized: shape)
    let memory = try caches.map { cache in
      // A sequence that has nothing yet, and gets nothing, has no memory.
      try cache.capacity > 0 ? (cache.keys.kernelMemory(), cache.values.kernelMemory()) : nil
    }
    try layout.starts.withUnsafeBufferPointer { starts in
      try past.map(Int64.init).withUnsafeBufferPointer { past in
        try caches.map { Int64($0.capacity) }.withUnsafeBufferPointer { capacities in
          try memory.map { $0?.0 }.withUnsafeBufferPointer { keys in
            try memory.map { $0?.1 }.withUnsafeBufferPointer { values in
              var parameters = AccreteCachedAttention(
                sequences: Int64(caches.count), heads: Int64(shape[1]), kv_heads: Int64(kvHeads), dim: Int64(dim),
                window: Int64(layout.window?.size ?? 0), starts: starts.baseAddress, past: past.baseAddress,
                queries: try operands[0]?.kernelMemory(), keys: try operands[1]?.kernelMemory(),
                values: try operands[2]?.kernelMemory(), capacities: capacities.baseAddress,
                cached_keys: keys.baseAddress, cached_values: values.baseAddress,
                scale: 1 / Float(dim).squareRoot(), threads: libtorch.accrete_get_threads())
              accrete_cached_attention(&parameters, try output.kernelMemory())
            }
          }
        }
      }
    }
    for sequence in caches.indices { caches[sequence].length = past[sequence] + counts[sequence] }
    return withExtendedLifetime(operands) { output }
  }
}
