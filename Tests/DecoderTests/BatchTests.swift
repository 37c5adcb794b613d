import Decoder
import TestSupport
import Testing
import Torch

/// Does a token's result depend on anything but the tokens before it?
@Suite struct BatchTests {
  let model: DecoderModel
  private let long = [4, 21, 38, 55, 72, 89, 14, 31, 48, 65, 82, 7]

  init() throws { model = try Goldens.model() }

  /// Every number of packed tokens beyond 32 costs memory for good: a batch of at most 1,024 has one of 17.
  @Test func tokensAreRoundedUp() {
    for (tokens, packed) in [
      (1, 1), (32, 32), (33, 48), (48, 48), (49, 64), (64, 64), (65, 128), (128, 128), (130, 192),
    ] {
      #expect(tokens + TokenBatch.alignmentPadding(for: tokens) == packed)
    }
    #expect(Set((33...1024).map { $0 + TokenBatch.alignmentPadding(for: $0) }).count == 17)
    for (tokens, packed) in [(32, 32), (49, 64), (65, 96), (128, 128), (130, 160), (357, 384), (400, 416)] {
      #expect(tokens + TokenBatch.alignmentPadding(for: tokens, .fine) == packed)
    }
    #expect(model.rounding == .coarse)
  }

  @Test func oneTokenAtATimeWithACache() throws {
    let full = try model.logits(of: long)
    let cache = KeyValueCache()
    for (position, id) in long.enumerated() {
      #expect(cache.length == position)
      let hidden = try model.hiddenStates(TokenBatch([[id]]), cache: cache)
      let logits = try model.logits(hidden).reshaped([-1])
      #expect(try difference(logits, full.selected(0, position)) < 1e-5, "position \(position)")
    }
  }

  @Test(arguments: [[3, 9], [1, 4, 7], [11, 1], [5, 1, 6]])
  func pieceByPieceWithACache(pieces: [Int]) throws {
    let full = try model.logits(of: long)
    let cache = KeyValueCache()
    var start = 0
    for piece in pieces {
      let ids = Array(long[start..<(start + piece)])
      let logits = try model.logits(model.hiddenStates(TokenBatch([ids]), cache: cache)).selected(0, 0)
      let expected = try full.narrowed(0, from: start, count: piece)
      #expect(try difference(logits, expected) < 1e-5, "\(piece) tokens from \(start)")
      start += piece
    }
  }

  /// The cache starts with room for 64 tokens per layer and doubles; seedling reads 512.
  @Test func aCacheThatHasToGrow() throws {
    let model = try DecoderModel(folder: Goldens.seedling)
    let ids = (0..<70).map { 4 + (37 * $0) % 8000 }
    let full = try model.logits(of: ids)
    let cache = KeyValueCache()
    _ = try model.hiddenStates(TokenBatch([Array(ids[..<20])]), cache: cache)
    for position in 20..<70 {
      let hidden = try model.hiddenStates(TokenBatch([[ids[position]]]), cache: cache)
      guard [20, 39, 40, 63, 64, 69].contains(position) else { continue }
      let logits = try model.logits(hidden).reshaped([-1])
      #expect(try difference(logits, full.selected(0, position)) < 1e-4, "position \(position)")
    }
  }

  @Test func aBatchWithPaddingEqualsItsRows() throws {
    let rows = [long, [9], [3, 3, 0, 95], Array(long.reversed())]
    let batch = try TokenBatch(rows)
    #expect(batch.time == 12 && batch.tokens == 29 && batch.lengths == [12, 1, 4, 12])
    let logits = try model.logits(model.hiddenStates(batch))
    for (number, row) in rows.enumerated() {
      let alone = try model.logits(of: row)
      let together = try logits.selected(0, number).narrowed(0, from: 0, count: row.count)
      #expect(try difference(together, alone) < 1e-5, "row \(number)")
    }
  }

  /// What all rows begin with is computed once, and every row sees it: as if each had its own, in every family, window or not.
  @Test(arguments: ["tiny", "families/mistral", "families/hunyuan-large", "families/gemma3"], AttentionPath.allCases)
  func sharedTokensEqualOwnOnes(form: String, path: AttentionPath) throws {
    let model = try Goldens.model(form)
    let prefix = Array(long[..<7])
    let rows = [prefix + [9, 8, 7], prefix + [5], prefix, prefix + [61, 3, 88, 20, 15]].map { $0 + [2, 30] }
    let time = rows.map(\.count).max() ?? 0
    func states(shared: Int) throws -> [Tensor] {
      let order = try Tensor(Array(0..<time))
      let mask: AttentionMask =
        switch path {
        case .kernels: .causal
        case .kernelsWithGroups: .grouped(Array(repeating: 0, count: rows.reduce(0) { $0 + $1.count } - 3 * shared))
        case .grid:
          .allowed(
            try order.reshaped([1, time]).isLessOrEqual(to: order.reshaped([time, 1])).reshaped([1, 1, time, time]))
        }
      let own = rows.enumerated().map { number, row in number == 0 ? 0..<row.count : shared..<row.count }
      let batch = TokenBatch(
        ids: zip(rows, own).flatMap { $0[$1] }, lengths: rows.map(\.count), positions: own.flatMap(\.self), mask: mask,
        shared: rows.indices.map { $0 > 0 && shared > 0 ? .init(sequence: 0, tokens: shared) : nil })
      #expect(batch.computedTokens == rows.reduce(0) { $0 + $1.count } - 3 * shared)
      let packed = try model.packedStates(batch)
      #expect(packed.shape[0] == batch.packedCount)
      var start = 0
      return try rows.enumerated().map { number, row in
        // Of a later row that shares, only what is its own is there.
        let count = row.count - (number == 0 ? 0 : shared)
        defer { start += count }
        return try packed.narrowed(0, from: start + count - 2, count: 2)
      }
    }
    let own = try states(shared: 0)
    for (row, one) in try states(shared: 7).enumerated() {
      // The number of rows decides how oneDNN sums: rounding alone differs.
      #expect(try difference(one, own[row]) < 5e-5, "row \(row)")
    }
  }

  /// The ways in which attention is computed on a CPU.
  enum AttentionPath: String, CaseIterable { case kernels, kernelsWithGroups, grid }

  @Test func laterTokensDoNotMatter() throws {
    let all = try model.logits(of: long).narrowed(0, from: 0, count: 5)
    let changed = try model.logits(of: Array(long[..<5]) + [1, 1, 1, 1, 1, 1, 1]).narrowed(0, from: 0, count: 5)
    #expect(try all.isEqual(to: changed))
  }

  @Test func givenPositionsAndMaskEqualTheImplicitOnes() throws {
    let ids = Array(long[..<6])
    let order = try Tensor(Array(0..<6))
    let mask = try order.reshaped([1, 6]).isLessOrEqual(to: order.reshaped([6, 1])).reshaped([1, 1, 6, 6])
    let batch = TokenBatch(
      ids: ids, lengths: [6], positions: Array(0..<6), mask: .allowed(mask))
    #expect(try difference(model.logits(model.hiddenStates(batch)).selected(0, 0), model.logits(of: ids)) < 1e-5)
  }

  /// One token looks at itself alone, whichever way attention is computed; from 33 on there is alignment padding behind them.
  @Test(arguments: [3, 33, 40]) func manySequencesOfOneToken(count: Int) throws {
    let ids = (0..<count).map { 4 + (37 * $0) % 90 }
    func states(_ mask: AttentionMask) throws -> Tensor {
      try model.packedStates(TokenBatch(ids: ids, lengths: Array(repeating: 1, count: count), mask: mask))
    }
    let (onGrid, byKernels) = (try states(.none), try states(.causal))  // [tokens + alignment padding, hidden]
    #expect(onGrid.shape[0] == count + TokenBatch.alignmentPadding(for: count))
    #expect(
      try difference(onGrid.narrowed(0, from: 0, count: count), byKernels.narrowed(0, from: 0, count: count)) < 1e-5)
  }

  @Test func positionsMatter() throws {
    func logits(_ positions: [Int]) throws -> Tensor {
      let batch = TokenBatch(ids: [5, 6, 7], lengths: [3], positions: positions)
      return try model.logits(model.hiddenStates(batch))
    }
    // RoPE knows distances only: moving all tokens changes nothing, moving one does.
    #expect(try difference(logits([0, 1, 2]), logits([7, 8, 9])) < 1e-5)
    #expect(try difference(logits([0, 1, 2]), logits([0, 1, 5])) > 1e-3)
  }

  @Test func idsThatAreNotThoseOfTheLengths() throws {
    #expect(throws: TorchError.self) { try model.packedStates(TokenBatch(ids: [1, 2, 3], lengths: [2])) }
    #expect(throws: TorchError.self) { try model.packedStates(TokenBatch(ids: [1, 2], lengths: [2], positions: [0])) }
  }

  @Test func noTokensAtAll() throws {
    #expect(throws: DecoderError.emptyInput) { try TokenBatch([]) }
    #expect(throws: DecoderError.emptyInput) { try TokenBatch([[], []]) }
  }

  @Test func tooManyTokens() throws {
    let ids = [Int](repeating: 5, count: 64)
    _ = try model.hiddenStates(TokenBatch([ids]))
    #expect(throws: DecoderError.sequenceTooLong(length: 65, limit: 64)) {
      try model.hiddenStates(TokenBatch([ids + [5]]))
    }
    let cache = KeyValueCache()
    _ = try model.hiddenStates(TokenBatch([ids]), cache: cache)
    #expect(throws: DecoderError.sequenceTooLong(length: 65, limit: 64)) {
      try model.hiddenStates(TokenBatch([[5]]), cache: cache)
    }
  }
}
