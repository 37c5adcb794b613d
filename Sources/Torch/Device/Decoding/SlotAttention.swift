/// Attention of the new tokens of one pass to their sequences, which lie in a ``SlotCache``: all in one call for each layer.
///
/// A sequence may bring one token or several. Where each brings one, a window is where its row begins, and the query heads of a group are
/// the row's queries, so that no keys are repeated (FlashAttention does that by itself).
public struct SlotAttention {
  private let cache: SlotCache
  /// Where the new tokens go to. int64 [tokens]
  private let places: Tensor
  private let rows: (queries: PackedRows, keys: PackedRows)
  /// Tokens that a query sees; `nil`: all before it, or those of its row.
  private let window: Int?

  /// - Parameters:
  ///   - cache: It makes room for the new tokens.
  ///   - slots: Of the sequences of the pass, in the order of their tokens.
  ///   - counts: How many new tokens each has.
  ///   - windows: How many tokens a query sees, for each kind of layer; 0: all before it.
  ///   - device: Where the cache is.
  /// - Returns: For each window; what they need of the host is sent by one copy.
  public static func planned(
    _ cache: SlotCache, slots: [Int], counts: [Int], windows: Set<Int>, on device: Device
  ) throws -> [Int: SlotAttention] {
    guard slots.count == counts.count else {
      throw TorchError.shapeMismatch(
        what: "sequences of cached attention", expected: [slots.count], got: [counts.count])
    }
    cache.makeRoom(slots, for: counts)
    let capacity = cache.capacity
    // A sequence without a new token has no row: FlashAttention takes rows of one query each, or of any.
    let rows = zip(slots, counts).filter { $1 > 0 }.map {
      (start: $0 * capacity, past: cache.length(of: $0), count: $1)
    }
    let isSingle = rows.allSatisfy { $0.count == 1 }
    var upload = IntegerUpload()
    let places = upload.add(rows.flatMap { row in (0..<row.count).map { row.start + row.past + $0 } })
    let counts = rows.map(\.count)
    let ends = upload.add(counts.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1) })
    let plans = windows.map { window in
      let all = rows.map { $0.past + $0.count }
      let lengths = isSingle && window > 0 ? all.map { min($0, window) } : all
      let starts = zip(rows, zip(all, lengths)).map { $0.start + $1.0 - $1.1 }
      let sent = (starts: upload.add(starts + [cache.slots * capacity]), used: upload.add(lengths))
      return (window: window, starts: starts, lengths: lengths, sent: sent)
    }
    let sent = try upload.sent(to: device)
    func int32(_ part: IntegerUpload.Part) throws -> Tensor { try sent(part).converted(to: .int32) }
    let queries = try PackedRows(lengths: counts, cumulative: int32(ends), on: device)
    return try Dictionary(
      uniqueKeysWithValues: plans.map { plan in
        let keys = PackedRows(
          starts: plan.starts, lengths: plan.lengths, cumulative: try int32(plan.sent.starts),
          used: try int32(plan.sent.used))
        let attention = SlotAttention(
          cache: cache, places: try sent(places), rows: (queries, keys),
          window: plan.window > 0 && !isSingle ? plan.window : nil)
        return (plan.window, attention)
      })
  }

  /// - Parameters:
  ///   - queries: [tokens, heads, headDim]
  ///   - new: The tokens' keys and values, of the queries' type; `nil`: those that were taken in last, by another layer's queries.
  ///   - layer: Whose keys and values these are.
  /// - Returns: [tokens, heads, headDim]
  public func attend(queries: Tensor, new: CachedAttention.New?, layer: Int) throws -> Tensor {
    if let new { try cache.write(new.keys, new.values, at: places, layer: layer) }
    let held = try cache.held(layer: layer)
    let attention = VarlenAttention(
      queries: try queries.contiguous(), keys: held.keys, values: held.values, rows: rows, causal: true, window: window)
    guard attention.way != .flash, let folded = try attention.folded() else { return try attention.forward().output }
    return try folded.attention.forward().output  // [tokens · group, kvHeads, headDim]
      .reshaped([queries.shape[0], folded.groups, folded.kvHeads, queries.shape[2]]).transposed(1, 2)
      .reshaped(queries.shape)
  }
}
