import Torch

/// Keys and values of the tokens seen so far, for decoding one token at a time.
///
/// Room grows by doubling, so that a token costs one small copy and not a copy of everything. One owner: the generator
/// of one batch.
public final class KeyValueCache {
  private struct Slot {
    var keys: Tensor  // [batch, kvHeads, capacity, headDim]
    var values: Tensor  // [batch, kvHeads, capacity, headDim]
  }

  private var slots: [Int: Slot] = [:]
  private var used: [Int: Int] = [:]
  /// The same for the kernels, which take rows of different lengths. A cache is of one kind or the other.
  private var packed: [Int: CachedAttention] = [:]

  public init() {}

  /// Tokens held of the longest row.
  public var length: Int { packed[0]?.lengths.max() ?? used.values.min() ?? 0 }

  /// Tokens held of each row; rows on the padded grid have one length.
  func lengths(rows: Int) -> [Int] { packed[0]?.lengths ?? Array(repeating: length, count: rows) }

  /// Whether the kernels may use this cache.
  var suitsKernels: Bool { slots.isEmpty }

  /// Takes new tokens of a layer in, unless they are there already (`new` nil), and lets them look at their rows. See
  /// `CachedAttention.attend`.
  func attend(
    queries: Tensor, new: CachedAttention.New?, kvHeads: Int, layout: PackedAttention.Layout, rows: Int, layer: Int
  ) throws -> Tensor {
    var cached =
      try packed.removeValue(forKey: layer)
      ?? CachedAttention(rows: rows, kvHeads: kvHeads, headDim: queries.shape[2])
    defer { packed[layer] = cached }
    return try cached.attend(queries: queries, new: new, layout: layout)
  }

  /// The same for several rows, each of which has read what the one row here has. For kernels' caches of one row.
  func repeated(rows: Int) throws -> KeyValueCache {
    let result = KeyValueCache()
    result.packed = try packed.mapValues { try $0.repeated(rows: rows) }
    return result
  }

  /// All keys and values of a layer. [batch, kvHeads, length, headDim]
  func held(layer: Int) throws -> (keys: Tensor, values: Tensor) {
    guard let slot = slots[layer], let length = used[layer] else {
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

  private func room(for length: Int, like tensor: Tensor, layer: Int, holding: Int) throws -> Slot {
    if let slot = slots[layer], slot.keys.shape[2] >= length { return slot }
    var shape = tensor.shape
    shape[2] = max(64, 2 * length)
    let grown = Slot(
      keys: try Tensor(uninitialized: shape, tensor.dtype ?? .float32, on: tensor.device),
      values: try Tensor(uninitialized: shape, tensor.dtype ?? .float32, on: tensor.device))
    if let old = slots[layer], holding > 0 {
      try grown.keys.narrowed(2, from: 0, count: holding).copyInPlace(
        from: old.keys.narrowed(2, from: 0, count: holding))
      try grown.values.narrowed(2, from: 0, count: holding).copyInPlace(
        from: old.values.narrowed(2, from: 0, count: holding))
    }
    slots[layer] = grown
    return grown
  }
}
