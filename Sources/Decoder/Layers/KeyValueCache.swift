import Torch

/// Keys and values that one sequence has read, of all layers: what decoding goes on from. One owner.
public final class SequenceCache {
  fileprivate var layers: [Int: CachedKeys] = [:]

  public init() {}

  /// Tokens held.
  public var length: Int { layers[0]?.length ?? 0 }

  /// The same in memory of its own: for a sequence that begins with the same tokens, under the same expert.
  /// - Throws: `TorchError`.
  public func copied() throws -> SequenceCache {
    let copy = SequenceCache()
    copy.layers = try layers.mapValues { try $0.copied() }
    return copy
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
    if sequences.isEmpty { sequences = (0..<sequenceCount).map { _ in SequenceCache() } }
    var caches = try sequences.map {
      try $0.layers.removeValue(forKey: layer) ?? CachedKeys(kvHeads: kvHeads, headDim: queries.shape[2])
    }
    defer { for (sequence, cache) in zip(sequences, caches) { sequence.layers[layer] = cache } }
    return try CachedAttention.attend(queries: queries, new: new, layout: layout, caches: &caches)
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
