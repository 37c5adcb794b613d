public import Torch

/// Keys and values that one sequence has read, of all layers: what decoding goes on from. One owner.
public final class SequenceCache {
  fileprivate let pool: KeyValueBlocks
  /// Where its tokens lie, 64 in each; full ones may be other sequences', too.
  public private(set) var blocks: [KeyValueBlock]
  /// Tokens that were there at the beginning.
  private let start: Int
  /// Tokens that each layer holds, where it has taken any in.
  private var lengths: [Int: Int] = [:]

  /// For a sequence that has read nothing yet.
  /// - Parameter pool: Where its blocks come from.
  public init(_ pool: KeyValueBlocks = KeyValueBlocks()) { (self.pool, blocks, start) = (pool, [], 0) }

  /// For a sequence that begins with full blocks of others, which read the same tokens under the same expert.
  ///
  /// - Parameter pool: Where these and its further blocks come from.
  /// - Parameter blocks: 64 tokens each.
  public init(_ pool: KeyValueBlocks, sharing blocks: [KeyValueBlock]) {
    (self.pool, self.blocks, start) = (pool, blocks, blocks.count * KeyValueBlocks.tokens)
  }

  /// The same, and beyond them so many first tokens of another block, which are copied.
  ///
  /// - Parameter pool: Where these and its further blocks come from.
  /// - Parameter blocks: 64 tokens each.
  /// - Parameter next: A block that somebody else goes on writing, and how many of its first tokens are the same; at most 64.
  /// - Returns: `nil` where no block is left for the copy.
  /// - Throws: `TorchError`.
  convenience init?(_ pool: KeyValueBlocks, sharing blocks: [KeyValueBlock], copying next: (KeyValueBlock, tokens: Int))
    throws
  {
    guard let copy = try pool.copy(of: next.0) else { return nil }
    self.init(
      pool, blocks + [copy],
      start: blocks.count * KeyValueBlocks.tokens + min(max(next.tokens, 0), KeyValueBlocks.tokens))
  }

  private init(_ pool: KeyValueBlocks, _ blocks: [KeyValueBlock], start: Int) {
    (self.pool, self.blocks, self.start) = (pool, blocks, start)
  }

  /// Tokens held.
  public var length: Int { lengths[0] ?? start }

  /// The same for another sequence that goes on from here: full blocks are shared, the last one is copied.
  ///
  /// - Returns: `nil` where no block is left for the copy.
  /// - Throws: `TorchError`.
  public func forked() throws -> SequenceCache? {
    var blocks = Array(blocks.prefix((length + KeyValueBlocks.tokens - 1) / KeyValueBlocks.tokens))
    if length % KeyValueBlocks.tokens > 0, let last = blocks.popLast() {
      guard let copy = try pool.copy(of: last) else { return nil }
      blocks.append(copy)
    }
    return SequenceCache(pool, blocks, start: length)
  }

  /// Takes blocks for so many tokens in all.
  /// - Returns: Whether there were enough; where not, it keeps what it got.
  public func makeRoom(for length: Int) -> Bool {
    while blocks.count * KeyValueBlocks.tokens < length {
      guard let block = pool.take() else { return false }
      blocks.append(block)
    }
    return true
  }

  fileprivate func keys(layer: Int, kvHeads: Int, headDim: Int) -> CachedKeys {
    CachedKeys(
      pool: pool, layer: layer, kvHeads: kvHeads, headDim: headDim, blocks: blocks, length: lengths[layer] ?? start)
  }

  fileprivate func take(_ keys: CachedKeys, layer: Int) {
    blocks = keys.blocks
    lengths[layer] = keys.length
  }
}

/// Keys and values of the tokens that the sequences of a pass have read so far.
///
/// Room grows by doubling, so that a token costs one small copy and not a copy of everything.
public final class KeyValueCache {
  private struct GridLayer {
    var keys: Tensor  // [batch, kvHeads, capacity, headDim]
    var values: Tensor  // [batch, kvHeads, capacity, headDim]
  }

  /// Where the sequences lie on a device that takes sequences of different lengths. A cache is of this kind or of one of the others.
  let slots: (cache: SlotCache, numbers: [Int])?
  /// On the padded grid, where all sequences have one length.
  private var grid: [Int: GridLayer] = [:]
  private var used: [Int: Int] = [:]
  /// For the kernels, which take sequences of different lengths; none before the first pass.
  private var sequences: [SequenceCache]

  /// For sequences that have read nothing yet.
  public init() { (slots, sequences) = (nil, []) }

  /// For sequences that go on.
  public init(_ sequences: [SequenceCache]) { (slots, self.sequences) = (nil, sequences) }

  /// For sequences that go on, on a device.
  /// - Parameter numbers: The slot of each.
  init(_ cache: SlotCache, slots numbers: [Int]) { (slots, sequences) = ((cache, numbers), []) }

  /// Tokens held of the longest sequence.
  public var length: Int {
    if let slots { return slots.numbers.map(slots.cache.length(of:)).max() ?? 0 }
    return sequences.map(\.length).max() ?? used.values.min() ?? 0
  }

  /// Tokens held of each sequence; on the padded grid they have one length.
  func lengths(sequenceCount: Int) -> [Int] {
    if let slots { return slots.numbers.map(slots.cache.length(of:)) }
    return sequences.isEmpty ? Array(repeating: length, count: sequenceCount) : sequences.map(\.length)
  }

  /// Counts the new tokens of a pass in, after all layers have taken them: in slots, which all layers share.
  func advance(by counts: [Int]) {
    if let slots { slots.cache.advance(slots.numbers, by: counts) }
  }

  /// Whether the kernels may use this cache.
  var suitsKernels: Bool { grid.isEmpty }

  /// Takes new tokens of a layer in, unless they are there already (`new` `nil`), and lets them look at their sequences. See
  /// `CachedAttention.attend`.
  func attend(
    queries: Tensor, new: CachedAttention.New?, kvHeads: Int, layout: PackedAttention.Layout, sequenceCount: Int,
    layer: Int
  ) throws -> Tensor {
    if sequences.isEmpty {
      let pool = KeyValueBlocks()
      sequences = (0..<sequenceCount).map { _ in SequenceCache(pool) }
    }
    var caches = sequences.map { $0.keys(layer: layer, kvHeads: kvHeads, headDim: queries.shape[2]) }
    let output = try CachedAttention.attend(queries: queries, new: new, layout: layout, caches: &caches)
    for (sequence, cache) in zip(sequences, caches) { sequence.take(cache, layer: layer) }
    return output
  }

  /// All keys and values of a layer. [batch, kvHeads, length, headDim]
  func held(layer: Int) throws -> (keys: Tensor, values: Tensor) {
    guard let slot = grid[layer], let length = used[layer] else {
      throw TorchError.unexpectedResult(
        operation: "cross-layer attention", expected: "cached keys and values of layer \(layer)", got: "none")
    }
    return (try slot.keys.narrowed(2, from: 0, count: length), try slot.values.narrowed(2, from: 0, count: length))
  }

  /// Adds the new tokens of a layer and returns all of its keys and values. [batch, kvHeads, length, headDim]
  func append(keys: Tensor, values: Tensor, layer: Int) throws -> (keys: Tensor, values: Tensor) {
    let start = used[layer] ?? 0
    let time = keys.shape[2]
    let end = start + time
    let slot = try room(for: end, like: keys, layer: layer, holding: start)
    try slot.keys.narrowed(2, from: start, count: time).copyInPlace(from: keys)
    try slot.values.narrowed(2, from: start, count: time).copyInPlace(from: values)
    used[layer] = end
    return (
      try slot.keys.narrowed(2, from: 0, count: end), try slot.values.narrowed(2, from: 0, count: end)
    )
  }

  private func room(for length: Int, like tensor: Tensor, layer: Int, holding: Int) throws -> GridLayer {
    if let slot = grid[layer], slot.keys.shape[2] >= length { return slot }
    var shape = tensor.shape
    shape[2] = max(64, 2 * length)
    let grown = GridLayer(
      keys: try Tensor(uninitialized: shape, tensor.dtype ?? .float32, on: tensor.device),
      values: try Tensor(uninitialized: shape, tensor.dtype ?? .float32, on: tensor.device))
    if let old = grid[layer], holding > 0 {
      try grown.keys.narrowed(2, from: 0, count: holding).copyInPlace(
        from: old.keys.narrowed(2, from: 0, count: holding))
      try grown.values.narrowed(2, from: 0, count: holding).copyInPlace(
        from: old.values.narrowed(2, from: 0, count: holding))
    }
    grid[layer] = grown
    return grown
  }
}
