import Torch

extension Attention {
  /// Attention on the padded grid, by libtorch: with a mask of any form, on any device.
  ///
  /// queries: [tokens, heads, headDim]; keys, values: [tokens, kvHeads, headDim]. `isNew`: whether a cache still has to take them.
  func onGrid(
    queries: Tensor, _ taken: CachedAttention.New, isNew: Bool, mask: AttentionMask, _ layout: PaddedGrid,
    _ pass: ForwardPass
  ) throws -> Attended {
    func grid(_ x: Tensor) throws -> Tensor { try layout.padded(x).transposed(1, 2) }
    func packed(_ x: Tensor) throws -> Tensor { try layout.packed(x.transposed(1, 2)) }
    let gridQueries = try grid(queries)  // [batch, heads, time, headDim]
    var (gridKeys, gridValues) = (try grid(taken.keys), try grid(taken.values))  // [batch, kvHeads, time, headDim]
    if let cache = pass.cache {
      (gridKeys, gridValues) =
        try isNew ? cache.append(keys: gridKeys, values: gridValues, layer: source) : cache.held(layer: source)
    }
    let group = heads / kvHeads
    if !pass.tracing, layout.time == 1, case .none = mask {
      // One query for each sequence: the heads of a group stand in for several, and nothing is repeated.
      let sequences = layout.sequenceCount
      // [sequences, kvHeads, group, headDim]
      let output = try gridQueries.reshaped([sequences, kvHeads, group, headDim]).attention(
        keys: gridKeys, values: gridValues, mask: .none)
      return Attended(output: try packed(output.reshaped([sequences, heads, 1, headDim])), backward: Self.untraced)
    }
    // Each key head serves a group of query heads. [batch, heads, keys, headDim]
    (gridKeys, gridValues) = (try gridKeys.repeated(1, times: group), try gridValues.repeated(1, times: group))
    guard pass.tracing else {
      let output = try packed(gridQueries.attention(keys: gridKeys, values: gridValues, mask: mask))
      return Attended(output: output, backward: Self.untraced)
    }
    let traced = try gridQueries.tracedAttention(keys: gridKeys, values: gridValues, mask: mask)
    return Attended(output: try packed(traced.output)) { gradient in
      let inner = try traced.backward(layout.zeroPadded(gradient).transposed(1, 2))
      /// The query heads of a group add up.
      func summed(_ x: Tensor) throws -> Tensor {
        let shape = x.shape
        return try packed(x.reshaped([shape[0], kvHeads, group, shape[2], shape[3]]).sum(2))
      }
      return (try packed(inner.queries), try summed(inner.keys), try summed(inner.values))
    }
  }
}
