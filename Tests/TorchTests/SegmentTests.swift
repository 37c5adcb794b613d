import ModelConfiguration
import TestSupport
import Testing

@testable import Torch

/// Do the kernels for tokens with different experts compute the formula, and is a token's result its own?
@Suite struct SegmentTests {
  private static let (tokens, hidden, intermediate) = (23, 45, 71)

  private func factors(_ rank: Int, _ inputs: Int, _ outputs: Int, _ seed: UInt64, half: Bool = false) throws
    -> SegmentFactors
  {
    let (a, b) = (try normal([rank, inputs], seed), try normal([outputs, rank], seed + 100))
    let type: DType = half ? .bfloat16 : .float32
    return try SegmentFactors(a: a.converted(to: type), b: b.converted(to: type), scaling: 2.0 / Double(rank))
  }

  /// Ranks as they are, up to 64, in float32 and bfloat16.
  @Test(arguments: [1, 2, 3, 4, 5, 8, 16, 31, 64], [false, true]) func lowRank(rank: Int, half: Bool) throws {
    let (tokens, hidden, outputs) = (Self.tokens, Self.hidden, Self.intermediate)
    let segments = LowRankSegments([
      (0..<1, try factors(rank, hidden, outputs, 1, half: half)), (3..<10, try factors(3, hidden, outputs, 2)),
      (10..<23, try factors(rank, hidden, outputs, 3, half: half)),
    ])
    let x = try normal([tokens, hidden], 4)
    let (y, expected) = (try normal([tokens, outputs], 5), try normal([tokens, outputs], 5))
    try segments.add(to: y, of: x)
    try segments.addComposed(to: expected, of: x)
    #expect(try difference(y, expected) < 2e-4)
    // Tokens of no segment stay what they were.
    #expect(
      try y.narrowed(0, from: 1, count: 2).rawBytes()
        == normal([tokens, outputs], 5).narrowed(0, from: 1, count: 2).rawBytes())
  }

  private func expert(_ rank: Int, _ seed: UInt64) throws -> FeedForwardSegments.Expert {
    let (hidden, intermediate) = (Self.hidden, Self.intermediate)
    return FeedForwardSegments.Expert(
      gate: try factors(rank, hidden, intermediate, seed), up: try factors(rank + 1, hidden, intermediate, seed + 1),
      down: try factors(rank + 2, intermediate, hidden, seed + 2))
  }

  private func block(_ tokens: [Range<Int>]) throws -> FeedForwardSegments {
    let (hidden, intermediate) = (Self.hidden, Self.intermediate)
    let lone = FeedForwardSegments.Expert(gate: nil, up: try factors(5, hidden, intermediate, 50), down: nil)
    let kinds: [([FeedForwardSegments.Expert], Tensor?)] = [
      ([], nil), ([try expert(3, 10)], nil), ([try expert(8, 20), try expert(4, 30)], try normal([2, hidden], 40)),
      ([lone], nil),
    ]
    return FeedForwardSegments(
      try tokens.enumerated().map {
        try FeedForwardSegments.Segment($1, kinds[$0 % 4].0, shares: kinds[$0 % 4].1)
      })
  }

  @Test(arguments: Activation.allCases) func feedForward(activation: Activation) throws {
    let segments = try block([0..<4, 4..<9, 9..<20, 20..<23])
    let (x, gate) = (try normal([Self.tokens, Self.hidden], 1), try normal([Self.tokens, Self.intermediate], 2))
    let up = try normal([Self.tokens, Self.intermediate], 3)
    let (fused, composed) = (
      try segments.activated(x, gate: gate, up: up, by: activation),
      try segments.composed(x, gate: gate, up: up, by: activation)
    )
    // Sums of some hundred products of numbers around 1.
    #expect(try difference(fused.mixed, composed.mixed) < 1e-3)
    #expect(try difference(fused.reduced, composed.reduced) < 1e-2)
    let (y, expected) = (try normal([Self.tokens, Self.hidden], 4), try normal([Self.tokens, Self.hidden], 4))
    try segments.finish(y, reduced: composed.reduced)
    try segments.finishComposed(expected, reduced: composed.reduced)
    #expect(try difference(y, expected) < 1e-3)
  }

  /// In bfloat16 the sums are those of float32, rounded once: when they are stored.
  @Test(arguments: [1, 4, 31]) func halvesAreRoundedSums(rank: Int) throws {
    let (tokens, hidden, intermediate) = (Self.tokens, Self.hidden, Self.intermediate)
    func halves(_ shape: [Int], _ seed: UInt64) throws -> Tensor { try normal(shape, seed).converted(to: .bfloat16) }
    func wide(_ tensor: Tensor) throws -> Tensor { try tensor.converted(to: .float32) }
    let pair = try factors(rank, hidden, intermediate, 1, half: true)
    let segments = LowRankSegments([(0..<1, pair), (3..<23, pair)])
    let (x, y) = (try halves([tokens, hidden], 4), try halves([tokens, intermediate], 5))
    let expected = try wide(y)
    try segments.add(to: expected, of: wide(x))
    try segments.add(to: y, of: x)
    #expect(try y.rawBytes() == expected.converted(to: .bfloat16).rawBytes())

    let block = try block([0..<4, 4..<9, 9..<20, 20..<23])
    let (gate, up) = (try halves([tokens, intermediate], 6), try halves([tokens, intermediate], 7))
    let made = try block.activated(x, gate: gate, up: up, by: .silu)
    let sums = try block.activated(wide(x), gate: wide(gate), up: wide(up), by: .silu)
    #expect(try made.mixed.rawBytes() == sums.mixed.converted(to: .bfloat16).rawBytes())
    #expect(try made.reduced.rawBytes() == sums.reduced.rawBytes())
    let (out, whole) = (try halves([tokens, hidden], 8), try normal([tokens, hidden], 8))
    try block.finish(out, reduced: made.reduced)
    try block.finish(whole, reduced: made.reduced)
    // Of two experts each is added by itself, and 8 bits are kept each time.
    let largest = try whole.floats().map(abs).max() ?? 0
    #expect(try difference(wide(out), whole) < 0.02 * Double(largest))
    let one = try out.narrowed(0, from: 4, count: 5)
    let exact = try wide(halves([tokens, hidden], 8)).narrowed(0, from: 4, count: 5).contiguous()
    try FeedForwardSegments([FeedForwardSegments.Segment(0..<5, [expert(3, 10)])]).finish(
      exact, reduced: made.reduced.narrowed(0, from: 4, count: 5).narrowed(1, from: 0, count: 5).contiguous())
    #expect(try one.rawBytes() == exact.converted(to: .bfloat16).rawBytes())
  }

  /// Cut elsewhere, with other threads: the same bits.
  @Test func theBitsOfATokenAreItsOwn() throws {
    let (x, gate) = (try normal([Self.tokens, Self.hidden], 1), try normal([Self.tokens, Self.intermediate], 2))
    let up = try normal([Self.tokens, Self.intermediate], 3)
    func results(_ from: Int, _ count: Int, kind: Int) throws -> [[UInt8]] {
      var ranges = [Range<Int>](repeating: 0..<0, count: 4)
      for number in kind..<4 { ranges[number] = number == kind ? 0..<count : count..<count }
      let segments = try block(ranges)
      let own = try [x, gate, up].map { try $0.narrowed(0, from: from, count: count).contiguous() }
      let made = try segments.activated(own[0], gate: own[1], up: own[2], by: .silu)
      let y = try Tensor.zeros([count, Self.hidden])
      try segments.finish(y, reduced: made.reduced)
      return try (0..<count).map {
        try made.mixed.narrowed(0, from: $0, count: 1).rawBytes() + y.narrowed(0, from: $0, count: 1).rawBytes()
      }
    }
    for kind in 0..<4 {
      let all = try results(0, Self.tokens, kind: kind)
      for (from, count) in [(0, 1), (0, 2), (1, 1), (5, 7), (22, 1), (3, 20)] {
        #expect(try results(from, count, kind: kind) == Array(all[from..<from + count]), "\(kind): \(from), \(count)")
      }
    }
  }

  @Test func shapesThatDoNotFit() throws {
    let pair = try factors(2, 5, 7, 1)
    let (x, y) = (try normal([4, 5], 2), try normal([4, 7], 3))
    for ranges in [[0..<5], [2..<4, 1..<3], [0..<2, 1..<4]] {
      #expect(throws: TorchError.self) { try LowRankSegments(ranges.map { ($0, pair) }).add(to: y, of: x) }
    }
    #expect(throws: TorchError.self) { try LowRankSegments([(0..<2, pair)]).add(to: y, of: normal([4, 6], 1)) }
    #expect(throws: TorchError.self) { try LowRankSegments([(0..<2, pair)]).add(to: normal([3, 7], 1), of: x) }
    #expect(throws: TorchError.self) { try SegmentFactors(a: normal([2, 5], 1), b: normal([7, 3], 1), scaling: 1) }
    #expect(throws: TorchError.self) {
      try SegmentFactors(a: normal([2, 5], 1), b: normal([7, 2], 1).converted(to: .bfloat16), scaling: 1)
    }
    #expect(throws: TorchError.self) { try FeedForwardSegments.Segment(0..<1, [], shares: x) }
    let block = FeedForwardSegments([try FeedForwardSegments.Segment(0..<3, [])])
    #expect(throws: TorchError.self) { try block.activated(x, gate: y, up: y, by: .silu) }
  }
}
