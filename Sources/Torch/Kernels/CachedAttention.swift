import CTorch

/// Keys and values that one sequence has read, for one layer, in blocks that its other layers share.
///
/// Keys lie transposed, so that the kernel scores sixteen of them at a time. float32 on a CPU. One owner.
public struct CachedKeys {
  /// Where its tokens lie, 64 in each.
  public fileprivate(set) var blocks: [KeyValueBlock]
  /// Tokens held.
  public fileprivate(set) var length: Int
  fileprivate let pool: KeyValueBlocks
  fileprivate let layer: Int
  fileprivate let kvHeads: Int
  fileprivate let headDim: Int

  /// Room for a sequence, without a token yet, in memory of its own.
  public init(kvHeads: Int, headDim: Int) {
    self.init(pool: KeyValueBlocks(), layer: 0, kvHeads: kvHeads, headDim: headDim, blocks: [], length: 0)
  }

  /// What a layer has of a sequence.
  ///
  /// - Parameter pool: Where more blocks come from.
  /// - Parameter layer: Which layer.
  /// - Parameter kvHeads: Heads of its keys and values.
  /// - Parameter headDim: Numbers of a head.
  /// - Parameter blocks: The sequence's.
  /// - Parameter length: Tokens that the layer has written there.
  public init(
    pool: KeyValueBlocks, layer: Int, kvHeads: Int, headDim: Int, blocks: [KeyValueBlock], length: Int
  ) {
    self.pool = pool
    self.layer = layer
    self.kvHeads = kvHeads
    self.headDim = headDim
    self.blocks = blocks
    self.length = length
  }

  fileprivate mutating func makeRoom(for length: Int) throws {
    while blocks.count * KeyValueBlocks.tokens < length {
      guard let block = pool.take() else {
        throw TorchError.unexpectedResult(
          operation: "cached attention", expected: "a free block for \(length) tokens", got: "none: all are in use")
      }
      blocks.append(block)
    }
  }

  fileprivate func memory() throws -> [UnsafeMutablePointer<Float>?] {
    try blocks.map { try pool.memory($0, layer: layer, kvHeads: kvHeads, headDim: headDim) }
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
    guard layout.starts.count == caches.count + 1, let first = caches.first else {
      throw TorchError.shapeMismatch(
        what: "sequences of cached attention", expected: [layout.starts.count - 1], got: [caches.count])
    }
    guard layout.groups == nil else {
      throw TorchError.shapeMismatch(what: "groups of cached attention", expected: [0], got: [layout.tokens])
    }
    let (kvHeads, dim) = (first.kvHeads, first.headDim)
    if let other = caches.first(where: { $0.kvHeads != kvHeads || $0.headDim != dim }) {
      throw TorchError.shapeMismatch(
        what: "heads of cached attention", expected: [kvHeads, dim], got: [other.kvHeads, other.headDim])
    }
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
    let memory = try caches.map { try $0.memory() }
    // Where each sequence's blocks begin among all of them.
    let firstBlocks = memory.reduce(into: [Int64(0)]) { $0.append(($0.last ?? 0) + Int64($1.count)) }
    try layout.starts.withUnsafeBufferPointer { starts in
      try past.map(Int64.init).withUnsafeBufferPointer { past in
        try firstBlocks.withUnsafeBufferPointer { first in
          try memory.flatMap(\.self).withUnsafeBufferPointer { blocks in
            var parameters = AccreteCachedAttention(
              sequences: Int64(caches.count), heads: Int64(shape[1]), kv_heads: Int64(kvHeads), dim: Int64(dim),
              window: Int64(layout.window?.size ?? 0), starts: starts.baseAddress, past: past.baseAddress,
              queries: try operands[0]?.kernelMemory(), keys: try operands[1]?.kernelMemory(),
              values: try operands[2]?.kernelMemory(), first_block: first.baseAddress, blocks: blocks.baseAddress,
              scale: 1 / Float(dim).squareRoot(), threads: libtorch.accrete_get_threads())
            accrete_cached_attention(&parameters, try output.kernelMemory())
          }
        }
      }
    }
    for sequence in caches.indices { caches[sequence].length = past[sequence] + counts[sequence] }
    return withExtendedLifetime(operands) { output }
  }
}
