public import Torch

/// Grouped-query attention (Ainslie et al., arXiv 2305.13245) with rotary positions.
public struct Attention: Sendable {
  public let query: FrozenMatrix  // [heads · headDim, hidden]
  public let key: FrozenMatrix  // [kvHeads · headDim, hidden]
  public let value: FrozenMatrix  // [kvHeads · headDim, hidden]
  public let output: FrozenMatrix  // [hidden, heads · headDim]
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
    let queries = try pass.rotary.rotate(
      projected.queries.value.reshaped([tokens, heads, headDim]), by: pass.angles)
    let keys = try pass.rotary.rotate(projected.keys.value.reshaped([tokens, kvHeads, headDim]), by: pass.angles)
    let values = try projected.values.value.reshaped([tokens, kvHeads, headDim])
    let ways = Ways(queries: projected.queries.way, keys: projected.keys.way, values: projected.values.way)

    let attended: Attended
    if let layout = pass.layout, let cache = pass.cache {
      let output = try cache.attend(
        queries: queries, keys: keys, values: values, layout: layout, rows: pass.packing.rows, layer: layer)
      attended = Attended(output: output, backward: Self.untraced)
    } else if let layout = pass.layout {
      let packed = try PackedAttention(
        queries: queries, keys: keys, values: values, layout: layout, tracing: pass.tracing)
      attended = Attended(output: packed.output, backward: packed.backward)
    } else {
      attended = try onGrid(queries: queries, keys: keys, values: values, pass, layer: layer)
    }
    let merged = try attended.output.reshaped([tokens, heads * headDim])
    let result = try pass.project(merged, output, .attentionOutput, layer: layer)
    let (outputWay, attendedBack) = (result.way, attended.backward)
    return Traced(result.value, tracing: pass.tracing) { gradient, toInput in
      let inner = try attendedBack(outputWay.pulledBack(gradient).reshaped([tokens, heads, headDim]))
      let parts = [
        try ways.queries.pulledBack(back(inner.queries, rotated: true, pass), toInput: toInput),
        try ways.keys.pulledBack(back(inner.keys, rotated: true, pass), toInput: toInput),
        try ways.values.pulledBack(back(inner.values, rotated: false, pass), toInput: toInput),
      ].compactMap(\.self)
      guard var sum = parts.first else { return nil }
      for part in parts.dropFirst() { sum = try sum + part }
      return sum  // [tokens, hidden]
    }
  }

  /// What is kept of the projections: the unrotated products are not needed again.
  private struct Ways {
    let queries: WayBack
    let keys: WayBack
    let values: WayBack
  }

  /// Attention's result with its way back; all [tokens, heads or kvHeads, headDim].
  struct Attended {
    let output: Tensor
    let backward: (Tensor) throws -> (queries: Tensor, keys: Tensor, values: Tensor)
  }

  static func untraced(_ gradient: Tensor) throws -> (queries: Tensor, keys: Tensor, values: Tensor) {
    throw TorchError.unexpectedResult(operation: "attention", expected: "a traced pass", got: "an untraced one")
  }

  /// To the gradient of a projection's output. [tokens, count, headDim] → [tokens, count · headDim]
  private func back(_ gradient: Tensor, rotated: Bool, _ pass: ForwardPass) throws -> Tensor {
    let x = rotated ? try pass.rotary.rotateBack(gradient, by: pass.angles) : gradient
    return try x.reshaped([x.shape[0], x.shape[1] * headDim])
  }
}
