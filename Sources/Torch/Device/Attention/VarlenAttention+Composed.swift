extension VarlenAttention {
  /// Which keys the queries of a row see; `nil`: all. bool [queries, keys]
  private func allowed(_ queries: Int, _ keys: Int) throws -> Tensor? {
    guard causal || window != nil else { return nil }
    let device = self.queries.device
    let key = try Tensor.counted(keys, on: device)  // [keys]
    // The last key that each query sees.
    let last = try Tensor.counted(queries, on: device).plusInteger(keys - queries).unsqueezed(1)  // [queries, 1]
    let seen = try causal ? key.isLessOrEqual(to: last) : nil
    guard let window else { return seen }
    let near = try last.isLessOrEqual(to: key.plusInteger(window - 1))
    return try seen.map { try $0.and(near) } ?? near
  }

  private struct Row {
    let queries: Range<Int>
    let keys: Range<Int>
  }

  /// Rows with queries and keys.
  private var parts: [Row] {
    func range(_ rows: PackedRows, _ row: Int) -> Range<Int> {
      rows.starts[row]..<rows.starts[row] + rows.lengths[row]
    }
    return rows.queries.lengths.indices.map { Row(queries: range(rows.queries, $0), keys: range(rows.keys, $0)) }
  }

  /// Scores of a row, −∞ where a query does not see a key. [heads, queries, keys]
  private func scores(_ row: Row, _ mask: Tensor?) throws -> Tensor {
    let (q, k) = (try queries.byHeads(row.queries), try keys.byHeads(row.keys, repeated: groups))
    let all = try q.matmul(k.transposed(1, 2)) * scale
    return try mask.map { try all.filling(where: $0.not(), with: -.infinity) } ?? all
  }

  /// By single operations, row by row: stands in for the operators where these are not, and says what they are to give.
  func composed() throws -> Result {
    let (heads, dim) = (queries.shape[1], queries.shape[2])
    let output = try Tensor.zeros(queries.shape, queries.dtype ?? .float32, on: queries.device)
    let logSums = try Tensor(repeating: -.infinity, [heads, queries.shape[0]], on: queries.device)
    for row in parts where !row.queries.isEmpty && !row.keys.isEmpty {
      let scores = try scores(row, allowed(row.queries.count, row.keys.count))
      let sums = try scores.logSumExp(2)  // [heads, queries]
      let shares = try (scores - sums.unsqueezed(2)).exp()
      try output.putInPlace(shares.matmul(values.byHeads(row.keys, repeated: groups)), byHeads: row.queries)
      try logSums.narrowed(1, from: row.queries.lowerBound, count: row.queries.count).copyInPlace(from: sums)
    }
    return Result(output: try output.reshaped([-1, heads, dim]), logSums: logSums, kept: [])
  }

  /// With P = exp(S − l): dV = Pᵀ dO, dS = P ⊙ (dO Vᵀ − Σ dO ⊙ O), dQ = s dS K, dK = s dSᵀ Q.
  func composedBackward(_ gradient: Tensor, _ result: Result) throws
    -> (queries: Tensor, keys: Tensor, values: Tensor)
  {
    let type = queries.dtype ?? .float32
    let results = (
      queries: try Tensor.zeros(queries.shape, type, on: queries.device),
      keys: try Tensor.zeros(keys.shape, type, on: keys.device),
      values: try Tensor.zeros(values.shape, type, on: values.device)
    )
    for row in parts where !row.queries.isEmpty && !row.keys.isEmpty {
      let (start, count) = (row.queries.lowerBound, row.queries.count)
      let sums = try result.logSums.narrowed(1, from: start, count: count).unsqueezed(2)
      let shares = try (scores(row, allowed(count, row.keys.count)) - sums).exp()  // P: [heads, queries, keys]
      let (byOutput, q) = (try gradient.byHeads(row.queries), try queries.byHeads(row.queries))
      let k = try keys.byHeads(row.keys, repeated: groups)
      let v = try values.byHeads(row.keys, repeated: groups)
      let along = try (byOutput * result.output.byHeads(row.queries)).sum(2, keeping: true)
      let byScores = try shares * (byOutput.matmul(v.transposed(1, 2)) - along) * scale
      try results.queries.putInPlace(byScores.matmul(k), byHeads: row.queries)
      try results.keys.putInPlace(
        byScores.transposed(1, 2).matmul(q).summedGroups(groups, heads: keys.shape[1]), byHeads: row.keys)
      try results.values.putInPlace(
        shares.transposed(1, 2).matmul(byOutput).summedGroups(groups, heads: keys.shape[1]), byHeads: row.keys)
    }
    return results
  }
}
