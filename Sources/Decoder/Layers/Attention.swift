public import Torch

/// Grouped-query attention (Ainslie et al., arXiv 2305.13245) with rotary positions.
public struct Attention: Sendable {
  public let query: Tensor  // [heads · headDim, hidden]
  public let key: Tensor  // [kvHeads · headDim, hidden]
  public let value: Tensor  // [kvHeads · headDim, hidden]
  public let output: Tensor  // [hidden, heads · headDim]
  public let heads: Int
  public let kvHeads: Int
  public let headDim: Int

  /// `x` (normed): [tokens, hidden] → the same.
  func forward(_ x: Tensor, _ pass: ForwardPass, layer: Int) throws -> Traced {
    let tokens = x.shape[0]
    let projected = (
      queries: try pass.project(x, query, .query, layer: layer), keys: try pass.project(x, key, .key, layer: layer),
      values: try pass.project(x, value, .value, layer: layer)
    )
    func split(_ tensor: Tensor, _ count: Int) throws -> Tensor { try tensor.reshaped([tokens, count, headDim]) }
    let queries = try grid(pass.rotary.rotate(split(projected.queries.value, heads), by: pass.angles), pass)
    var keys = try grid(pass.rotary.rotate(split(projected.keys.value, kvHeads), by: pass.angles), pass)
    var values = try grid(split(projected.values.value, kvHeads), pass)  // [batch, kvHeads, time, headDim]
    if let cache = pass.cache { (keys, values) = try cache.append(keys: keys, values: values, layer: layer) }

    // Each key head serves a group of query heads. [batch, heads, keys, headDim]
    let group = heads / kvHeads
    (keys, values) = (try keys.repeated(1, times: group), try values.repeated(1, times: group))
    func merge(_ attended: Tensor) throws -> Tensor {
      try pass.packing.packed(attended.transposed(1, 2)).reshaped([tokens, heads * headDim])
    }
    guard pass.tracing else {
      let merged = try merge(queries.attention(keys: keys, values: values, mask: pass.mask))
      return try pass.project(merged, output, .attentionOutput, layer: layer)
    }
    let attended = try queries.tracedAttention(keys: keys, values: values, mask: pass.mask)
    let result = try pass.project(merge(attended.output), output, .attentionOutput, layer: layer)
    return Traced(result.value, tracing: true) { gradient, toInput in
      let merged = try split(result.pulledBack(gradient), heads)
      let inner = try attended.backward(pass.packing.zeroPadded(merged).transposed(1, 2))
      let parts = [
        try projected.queries.pulledBack(rows(inner.queries, heads, rotated: true, pass), toInput: toInput),
        try projected.keys.pulledBack(rows(inner.keys, kvHeads, rotated: true, pass), toInput: toInput),
        try projected.values.pulledBack(rows(inner.values, kvHeads, rotated: false, pass), toInput: toInput),
      ].compactMap(\.self)
      guard var sum = parts.first else { return nil }
      for part in parts.dropFirst() { sum = try sum + part }
      return sum  // [tokens, hidden]
    }
  }

  /// [tokens, count, headDim] → [batch, count, time, headDim]
  private func grid(_ x: Tensor, _ pass: ForwardPass) throws -> Tensor { try pass.packing.padded(x).transposed(1, 2) }

  /// From the gradient of attention's inputs to that of a projection's output. [batch, heads, time, headDim] →
  /// [tokens, count · headDim]; the query heads of a group add up.
  private func rows(_ gradient: Tensor, _ count: Int, rotated: Bool, _ pass: ForwardPass) throws -> Tensor {
    var x = gradient
    if count < heads {
      let shape = x.shape
      let groups = try x.reshaped([shape[0], count, heads / count, shape[2], shape[3]])
      x = try groups.selected(2, 0)  // [batch, count, time, headDim]
      for member in 1..<heads / count { x = try x + groups.selected(2, member) }
    }
    x = try pass.packing.packed(x.transposed(1, 2))  // [tokens, count, headDim]
    if rotated { x = try pass.rotary.rotate(x, by: pass.angles.reversed()) }
    return try x.reshaped([x.shape[0], count * headDim])
  }
}
