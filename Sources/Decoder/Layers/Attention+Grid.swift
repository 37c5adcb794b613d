import Torch

extension Attention {
  /// Attention on the padded grid, by libtorch: with a cache, with a mask of any form, on any device.
  ///
  /// queries: [tokens, heads, headDim]; keys, values: [tokens, kvHeads, headDim].
  func onGrid(queries: Tensor, keys: Tensor, values: Tensor, _ pass: ForwardPass, layer: Int) throws -> Attended {
    func grid(_ x: Tensor) throws -> Tensor { try pass.packing.padded(x).transposed(1, 2) }
    func packed(_ x: Tensor) throws -> Tensor { try pass.packing.packed(x.transposed(1, 2)) }
    let gridQueries = try grid(queries)  // [batch, heads, time, headDim]
    var (gridKeys, gridValues) = (try grid(keys), try grid(values))  // [batch, kvHeads, time, headDim]
    if let cache = pass.cache {
      (gridKeys, gridValues) = try cache.append(keys: gridKeys, values: gridValues, layer: layer)
    }
    let group = heads / kvHeads
    if !pass.tracing, pass.packing.time == 1, case .none = pass.mask {
      // One query for each row: the heads of a group stand in for several, and nothing is repeated.
      let rows = pass.packing.rows
      let output = try gridQueries.reshaped([rows, kvHeads, group, headDim]).attention(
        keys: gridKeys, values: gridValues, mask: .none)
      return Attended(output: try output.reshaped([rows, heads, headDim]), backward: Self.untraced)
    }
    // Each key head serves a group of query heads. [batch, heads, keys, headDim]
    (gridKeys, gridValues) = (try gridKeys.repeated(1, times: group), try gridValues.repeated(1, times: group))
    guard pass.tracing else {
      let output = try packed(gridQueries.attention(keys: gridKeys, values: gridValues, mask: pass.mask))
      return Attended(output: output, backward: Self.untraced)
    }
    let traced = try gridQueries.tracedAttention(keys: gridKeys, values: gridValues, mask: pass.mask)
    return Attended(output: try packed(traced.output)) { gradient in
      let inner = try traced.backward(pass.packing.zeroPadded(gradient).transposed(1, 2))
      /// The query heads of a group add up.
      func summed(_ x: Tensor) throws -> Tensor {
        let shape = x.shape
        return try packed(x.reshaped([shape[0], kvHeads, group, shape[2], shape[3]]).sum(2))
      }
      return (try packed(inner.queries), try summed(inner.keys), try summed(inner.values))
    }
  }
}
