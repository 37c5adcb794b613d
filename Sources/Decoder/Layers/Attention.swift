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

  /// `x` (normed): [batch, time, hidden] → [batch, time, hidden].
  func forward(
    _ x: Tensor, rotary: RotaryEmbedding, angles: RotaryEmbedding.Angles, mask: AttentionMask,
    experts: (any ExpertSelection)?, cache: KeyValueCache?, layer: Int
  ) throws -> Tensor {
    let (batch, time) = (x.shape[0], x.shape[1])
    func project(_ weight: Tensor, _ projection: Projection) throws -> Tensor {
      try experts?.project(x, through: weight, at: projection, layer: layer) ?? x.linear(weight)
    }
    func split(_ tensor: Tensor, _ count: Int) throws -> Tensor {
      try tensor.reshaped([batch, time, count, headDim]).transposed(1, 2)  // [batch, count, time, headDim]
    }
    let queries = try rotary.rotate(split(project(query, .query), heads), by: angles)
    var keys = try rotary.rotate(split(project(key, .key), kvHeads), by: angles)
    var values = try split(project(value, .value), kvHeads)
    if let cache { (keys, values) = try cache.append(keys: keys, values: values, layer: layer) }

    // Each key head serves a group of query heads. [batch, heads, keys, headDim]
    let group = heads / kvHeads
    let attended = try queries.attention(
      keys: keys.repeated(1, times: group), values: values.repeated(1, times: group), mask: mask)
    let merged = try attended.transposed(1, 2).reshaped([batch, time, heads * headDim])
    return try experts?.project(merged, through: output, at: .attentionOutput, layer: layer) ?? merged.linear(output)
  }
}
