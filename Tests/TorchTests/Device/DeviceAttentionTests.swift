import Randomness
import TestSupport
import Testing

@testable import Torch

/// Does packed attention as a device computes it equal the CPU's kernels?
@Suite struct DeviceAttentionTests {
  init() throws { try useOneThread() }

  private struct Layout: CustomStringConvertible {
    let lengths: [Int]
    let groups: [Int32]?
    let window: Int?
    let heads: Int
    let kvHeads: Int
    let dim: Int

    /// Rows of up to 40 tokens, some empty; every fourth with prompts and continuations, every third with a window.
    init(_ number: Int) {
      var random = RandomStream(seed: UInt64(number), "layouts")
      lengths = (0..<1 + random.below(5)).map { _ in random.below(8) == 0 ? 0 : random.below(41) }
      let isGrouped = number.isMultiple(of: 4)
      groups =
        isGrouped
        ? lengths.flatMap { length -> [Int32] in
          let prompt = length / 2
          return (0..<length).map { $0 < prompt ? 0 : Int32(1 + ($0 - prompt) / 3) }
        } : nil
      window = number.isMultiple(of: 3) ? 2 + random.below(12) : nil  // one token: gradients are zeros
      kvHeads = [1, 2, 3][random.below(3)]
      heads = kvHeads * [1, 2, 4, 8][random.below(4)]
      dim = [8, 16, 24, 64][random.below(4)]
    }

    var description: String {
      "\(lengths), groups \(groups != nil), window \(window ?? 0), \(heads) of \(kvHeads) heads of \(dim)"
    }
  }

  /// FlashAttention where GPU, numbers and heads are made for it; else in float32, and on a CPU by single operations.
  @Test func whichOperator() {
    func way(_ isHalf: Bool, _ headDim: Int, on device: Device = .cuda(0)) -> VarlenAttention.Way {
      VarlenAttention.way(isHalf: isHalf, headDim: headDim, on: device)
    }
    #expect(way(true, 128) == .flash && way(true, 256) == .flash)
    #expect(way(false, 128) == .efficient)
    for width in [12, 264] { #expect(way(true, width) == .composed && way(false, width) == .composed) }
    #expect(way(true, 128, on: .cpu) == .composed && way(false, 128, on: .cpu) == .composed)
  }

  @Test(arguments: [DType.float32, .bfloat16])
  func equalsTheProcessorsKernels(type: DType) throws {
    for number in 0..<200 {
      let layout = Layout(number)
      let tokens = layout.lengths.reduce(0, +)
      guard tokens > 0 else { continue }
      let seed = UInt64(number) * 4
      let queries = try halves([tokens, layout.heads, layout.dim], seed, type)
      let keys = try halves([tokens, layout.kvHeads, layout.dim], seed + 1, type)
      let values = try halves([tokens, layout.kvHeads, layout.dim], seed + 2, type)
      let gradient = try halves([tokens, layout.heads, layout.dim], seed + 3, type)
      let plan = try PackedAttention.Layout(
        lengths: layout.lengths, groups: layout.groups, window: layout.window.map { .init(size: $0) })
      func attention(_ tracing: Bool) throws -> PackedAttention {
        try PackedAttention(queries: queries, keys: keys, values: values, layout: plan, tracing: tracing)
      }
      let exact = try attention(true)
      let back = try exact.backward(gradient)
      let what = "layout \(number): \(layout)"
      let (value, gradients) = (type == .float32 ? 2e-5 : 3.0 / 256, type == .float32 ? 2e-4 : 12.0 / 256)
      try asDevice {
        try expectNear(attention(false).output, exact.output, value, what)
        let own = try attention(true)
        try expectNear(own.output, exact.output, value, what)
        let ownBack = try own.backward(gradient)
        try expectNear(ownBack.queries, back.queries, gradients, what)
        try expectNear(ownBack.keys, back.keys, gradients, what)
        try expectNear(ownBack.values, back.values, gradients, what)
      }
    }
  }

  /// Queries of a row may be fewer than its keys: the last one sees the last key.
  @Test func fewerQueriesThanKeys() throws {
    let (queries, keys) = (try normal([3, 2, 8], 1), try normal([7, 2, 8], 2))
    let rows = (try PackedRows(lengths: [3], on: .cpu), try PackedRows(lengths: [7], on: .cpu))
    let part = try VarlenAttention(queries: queries, keys: keys, values: keys, rows: rows, causal: true, window: nil)
      .forward()
    // As the last three of seven queries.
    let all = try PackedRows(lengths: [7], on: .cpu)
    let whole = try VarlenAttention(
      queries: Tensor.concatenated([normal([4, 2, 8], 3), queries]), keys: keys, values: keys, rows: (all, all),
      causal: true, window: nil
    ).forward()
    try expectNear(part.output, whole.output.narrowed(0, from: 4, count: 3), 1e-6)
    try expectNear(part.logSums, whole.logSums.narrowed(1, from: 4, count: 3), 1e-6)
  }

  /// A continuation whose group comes twice is not merged but masked.
  @Test func groupsInAnyOrder() throws {
    let groups: [Int32] = [0, 0, 1, 2, 1, 0, 3]
    #expect(!AttentionGroups(groups, starts: [0, 7]).isMergeable)
    #expect(AttentionGroups([0, 0, 1, 1, 2, 0, 1], starts: [0, 5, 7]).isMergeable)
    let x = try normal([7, 2, 8], 1)
    let layout = try PackedAttention.Layout(lengths: [7], groups: groups)
    func output() throws -> Tensor {
      try PackedAttention(queries: x, keys: x, values: x, layout: layout, tracing: false).output
    }
    let exact = try output()
    try asDevice { try expectNear(output(), exact, 1e-5) }
  }
}
