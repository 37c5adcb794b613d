/// Packed attention with a mask for each sequence, by single operations: any groups and windows, on any device.
struct MaskedAttention {
  let queries: Tensor  // [tokens, heads, headDim]
  let keys: Tensor  // [tokens, kvHeads, headDim]
  let values: Tensor  // [tokens, kvHeads, headDim]
  let layout: PackedAttention.Layout

  private struct Shares {
    let range: Range<Int>
    let shares: Tensor  // [heads, tokens, tokens]
    let queries: Tensor  // [heads, tokens, headDim], float32; keys and values as the query heads see them
    let keys: Tensor
    let values: Tensor
  }

  private var groups: Int { queries.shape[1] / max(keys.shape[1], 1) }
  private var scale: Double { 1 / Double(queries.shape[2]).squareRoot() }
  private var type: DType { queries.dtype ?? .float32 }

  private var ranges: [Range<Int>] {
    zip(layout.starts, layout.starts.dropFirst()).map { Int($0)..<Int($1) }.filter { !$0.isEmpty }
  }

  /// bool [tokens, tokens]
  private func allowed(_ range: Range<Int>) throws -> Tensor {
    let positions = layout.window?.positions.map { $0[range].map(Int.init) } ?? Array(0..<range.count)
    let sequenceGroups = layout.groups.map { Array($0[range]) }
    let window = layout.window?.size ?? .max
    var allowed = [Bool](repeating: false, count: range.count * range.count)
    for query in 0..<range.count {
      for key in 0...query {
        let sees = sequenceGroups.map { $0[key] == 0 || $0[key] == $0[query] } ?? true
        allowed[query * range.count + key] = sees && positions[query] - positions[key] < window
      }
    }
    return try Tensor(allowed, shape: [range.count, range.count], on: queries.device)
  }

  private func shares(_ range: Range<Int>) throws -> Shares {
    let q = try queries.byHeads(range)
    let (k, v) = (try keys.byHeads(range, repeated: groups), try values.byHeads(range, repeated: groups))
    let scores = try (q.matmul(k.transposed(1, 2)) * scale).filling(where: allowed(range).not(), with: -.infinity)
    return Shares(range: range, shares: try scores.softmax(-1), queries: q, keys: k, values: v)
  }

  func forward() throws -> Tensor {
    let output = try Tensor.zeros(queries.shape, type, on: queries.device)
    for range in ranges {
      let part = try shares(range)
      try output.putInPlace(part.shares.matmul(part.values), byHeads: range)
    }
    return output
  }

  func backward(_ gradient: Tensor) throws -> (queries: Tensor, keys: Tensor, values: Tensor) {
    let results = try [queries, keys, values].map { try Tensor.zeros($0.shape, type, on: $0.device) }
    for range in ranges {
      let part = try shares(range)
      let byOutput = try gradient.byHeads(range)
      let byShares = try byOutput.matmul(part.values.transposed(1, 2))
      let along = try (byShares * part.shares).sum(2, keeping: true)
      let byScores = try part.shares * (byShares - along) * scale
      try results[0].putInPlace(byScores.matmul(part.keys), byHeads: range)
      try results[1].putInPlace(
        byScores.transposed(1, 2).matmul(part.queries).summedGroups(groups, heads: keys.shape[1]), byHeads: range)
      try results[2].putInPlace(
        part.shares.transposed(1, 2).matmul(byOutput).summedGroups(groups, heads: keys.shape[1]), byHeads: range)
    }
    return (results[0], results[1], results[2])
  }
}
