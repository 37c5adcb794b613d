import Torch

/// What generation needs: attention over a cache of slots, rows with several experts, routed experts at once.
enum DecodingCases {
  static var all: [OperatorCase] {
    [
      cache(heads: 8, kvHeads: 8), cache(heads: 8, kvHeads: 2), cache(heads: 8, kvHeads: 2, window: 24),
      experts(rowsEach: 1), experts(rowsEach: 40), routed,
    ]
  }

  /// Prompts, then prompts beside single tokens after the room has grown, then single tokens; the second slot changes its owner.
  private static func cache(heads: Int, kvHeads: Int, window: Int = 0) -> OperatorCase {
    let dim = 64
    let windowed = window > 0 ? ", window \(window)" : ""
    return OperatorCase(
      name: "cached attention, \(heads / kvHeads) queries a key head\(windowed)", halfUnits: 16, exact: 2e-4
    ) { operands in
      let cache = SlotCache()
      var slots = (0..<3).map { _ in cache.join() }
      return try [[50, 1, 20], [1, 0, 100], [1, 1, 1], [1, 7, 1], [1, 1, 1]].enumerated().map { step, counts in
        if step == 3 {
          cache.leave(slots[1])
          slots[1] = cache.join()
        }
        let (tokens, seed) = (counts.reduce(0, +), UInt64(step) * 3)
        let plans = try SlotAttention.planned(
          cache, slots: slots, counts: counts, windows: [window], on: operands.device)
        let new = CachedAttention.New(
          keys: try operands.activations([tokens, kvHeads, dim], seed + 1),
          values: try operands.activations([tokens, kvHeads, dim], seed + 2))
        guard let plan = plans[window] else { throw TorchError.emptyTrainableSet }
        defer { cache.advance(slots, by: counts) }
        return try plan.attend(
          queries: operands.activations([tokens, heads, dim], seed + 3), new: new, layer: 0)
      }
    }
  }

  /// Six experts of several ranks and the base.
  private static func experts(rowsEach: Int) -> OperatorCase {
    let (inputs, outputs) = (256, 128)
    return OperatorCase(name: "rows with several experts, \(rowsEach) of each", halfUnits: 12) { operands in
      let table = try LowRankTable(inputs: inputs, outputs: outputs, operands.type, on: operands.device)
      for slot in 0..<6 {
        let (rank, seed) = (1 + 5 * slot, UInt64(slot) * 2)
        try table.put(
          SegmentFactors(
            a: operands.normal([rank, inputs], seed), b: operands.normal([outputs, rank], seed + 1), scaling: 0.125),
          in: slot)
      }
      let numbers = [3, 0, -1, 5, 1, 2, 0, 4].flatMap { [Int](repeating: $0, count: rowsEach) }
      let rows = try SlotRows(numbers, on: operands.device)
      let y = try operands.activations([numbers.count, outputs], 20)
      try table.add(to: y, of: operands.activations([numbers.count, inputs], 21), rows)
      return [y]
    }
  }

  /// Grouped products, forward and back; on the CPU the loop.
  private static var routed: OperatorCase {
    let (inputs, outputs, counts) = (128, 96, [17, 0, 64, 1])
    return OperatorCase(name: "routed experts at once", types: [.bfloat16]) { operands in
      let matrices = try counts.indices.map {
        try WeightMatrix(operands.normal([outputs, inputs], UInt64($0), .bfloat16))
      }
      let tokens = counts.reduce(0, +)
      let x = try operands.activations([tokens, inputs], 10)
      let gradient = try operands.activations([tokens, outputs], 11)
      if let stacked = try StackedMatrices(matrices), stacked.suits(x) {
        let ends = try Tensor(
          int32: counts.reduce(into: [Int32]()) { $0.append(($0.last ?? 0) + Int32($1)) }, on: operands.device)
        return [try stacked.product(x, ends: ends), try stacked.transposedProduct(gradient, ends: ends)]
      }
      var (start, parts): (Int, [(Tensor, Tensor)]) = (0, [])
      for (matrix, count) in zip(matrices, counts) where count > 0 {
        parts.append(
          (
            try x.narrowed(0, from: start, count: count).linear(matrix),
            try gradient.narrowed(0, from: start, count: count).linearTransposed(matrix)
          ))
        start += count
      }
      return [try Tensor.concatenated(parts.map(\.0)), try Tensor.concatenated(parts.map(\.1))]
    }
  }
}
