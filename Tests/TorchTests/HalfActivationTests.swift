import ModelConfiguration
import Testing
import Torch

/// Do kernels that take bfloat16 activations compute what they compute of the same numbers as float32, rounded once at the end?
@Suite struct HalfActivationTests {
  /// Random numbers that bfloat16 holds exactly, as float32.
  private func numbers(_ shape: [Int], seed: UInt64) throws -> Tensor {
    let x = try Tensor(uninitialized: shape)
    try Generator(seed: seed).fillNormal(x, deviation: 1)
    return try x.converted(to: .bfloat16).converted(to: .float32)
  }

  private func half(_ x: Tensor) throws -> Tensor { try x.converted(to: .bfloat16) }

  /// `roundings`: how often a number was rounded to 8 bits on its way.
  private func expectNear(
    _ rounded: Tensor, _ exact: Tensor, roundings: Double = 1, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    try #require(rounded.shape == exact.shape, sourceLocation: sourceLocation)
    let (got, wanted) = (try rounded.converted(to: .float32).floats(), try exact.floats())
    let scale = (wanted.reduce(0) { $0 + Double($1 * $1) } / Double(max(wanted.count, 1))).squareRoot()
    // Half a unit of the last of 8 bits, of a number or of one as large as they usually are.
    let far = zip(got, wanted).map { abs(Double($0) - Double($1)) / max(abs(Double($1)), scale) }.max() ?? 0
    #expect(far <= roundings / 256, "\(far * 256) roundings", sourceLocation: sourceLocation)
  }

  @Test func norms() throws {
    let (x, addend, weight) = (
      try numbers([19, 71], seed: 1), try numbers([19, 71], seed: 2), try numbers([71], seed: 3)
    )
    let gradient = try numbers([19, 71], seed: 4)
    let exact = try x.addedAndNormalized(addend, weight: weight, epsilon: 1e-5)
    let rounded = try x.addedAndNormalized(half(addend), weight: weight, epsilon: 1e-5)
    #expect(rounded.sum.dtype == .float32 && rounded.normed.dtype == .bfloat16)
    #expect(try rounded.sum.isEqual(to: exact.sum))
    try expectNear(rounded.normed, exact.normed)
    try expectNear(
      x.rmsNormalized(weight: weight, epsilon: 1e-5, as: .bfloat16), x.rmsNormalized(weight: weight, epsilon: 1e-5))
    let back = try gradient.rmsNormBackward(x, weight: weight, epsilon: 1e-5, rest: addend)
    // A float32 gradient of bfloat16 numbers: nothing is rounded.
    #expect(try half(gradient).rmsNormBackward(x, weight: weight, epsilon: 1e-5, rest: addend).isEqual(to: back))
    let all = try half(gradient).rmsNormBackward(half(x), weight: weight, epsilon: 1e-5)
    #expect(all.dtype == .bfloat16)
    try expectNear(all, gradient.rmsNormBackward(x, weight: weight, epsilon: 1e-5))
  }

  @Test(arguments: Activation.allCases)
  func gatedUnits(activation: Activation) throws {
    let (gate, up, gradient) = (
      try numbers([7, 33], seed: 1), try numbers([7, 33], seed: 2), try numbers([7, 33], seed: 3)
    )
    try expectNear(
      GatedLinearUnit.forward(activation, gate: half(gate), up: half(up)),
      GatedLinearUnit.forward(activation, gate: gate, up: up))
    let exact = try GatedLinearUnit.backward(activation, gradient, gate: gate, up: up)
    let rounded = try GatedLinearUnit.backward(activation, half(gradient), gate: half(gate), up: half(up))
    try expectNear(rounded.gate, exact.gate)
    try expectNear(rounded.up, exact.up)
  }

  /// Grouped heads, a window, groups of continuations, and sequences without tokens.
  @Test(arguments: [1, 2, 4], [nil, 5] as [Int?])
  func attention(kvHeads: Int, window: Int?) throws {
    let lengths = [13, 0, 1, 40]
    let tokens = lengths.reduce(0, +)
    let layout = try PackedAttention.Layout(
      lengths: lengths, groups: (0..<Int32(tokens)).map { $0 % 14 < 9 ? 0 : 1 + $0 / 10 },
      window: window.map { .init(size: $0) })
    let queries = try numbers([tokens, 4, 24], seed: 1)
    let (keys, values) = (try numbers([tokens, kvHeads, 24], seed: 2), try numbers([tokens, kvHeads, 24], seed: 3))
    let gradient = try numbers([tokens, 4, 24], seed: 4)
    let exact = try PackedAttention(queries: queries, keys: keys, values: values, layout: layout, tracing: true)
    let rounded = try PackedAttention(
      queries: half(queries), keys: half(keys), values: half(values), layout: layout, tracing: true)
    #expect(rounded.output.dtype == .bfloat16)
    try expectNear(rounded.output, exact.output)
    let (back, own) = (try exact.backward(gradient), try rounded.backward(half(gradient)))
    // The output enters the backward pass, where it has been rounded: sums over its width are off by that.
    try expectNear(own.queries, back.queries, roundings: 12)
    try expectNear(own.keys, back.keys, roundings: 12)
    try expectNear(own.values, back.values, roundings: 12)
    let angles = (try numbers([tokens, 12], seed: 5), try numbers([tokens, 12], seed: 6))
    try expectNear(
      half(queries).rotated(cosines: angles.0, sines: angles.1, direction: -1),
      queries.rotated(cosines: angles.0, sines: angles.1, direction: -1), roundings: 2)
  }

  @Test(arguments: [1, 2])
  func lowRankBlocks(experts: Int) throws {
    let (tokens, width, rank) = (19, 71, 8)
    let masks = DropoutMasks(probability: 0.25, keys: [7, 8])
    let x = try numbers([tokens, width], seed: 1)
    let a = try numbers([2, rank, width], seed: 2)
    let (exact, rounded) = (
      try LowRankReduction(x, a: a, dropout: masks), try LowRankReduction(half(x), a: a, dropout: masks)
    )
    let reduced = try exact.forward()
    // What comes out is float32, of the same numbers in the same order.
    #expect(try rounded.forward().isEqual(to: reduced))
    let (input, own) = (try numbers([tokens, width], seed: 3), try half(numbers([tokens, width], seed: 3)))
    #expect(try rounded.backward(reduced, addingTo: own).isEqual(to: exact.backward(reduced, addingTo: input)))
    // Added to twice.
    try expectNear(own, input, roundings: 2)

    func mixture(_ type: DType) throws -> (GatedMixture.Output, GatedMixture.Gradients) {
      let block = try GatedMixture(
        gate: numbers([tokens, width], seed: 4).converted(to: type),
        up: numbers([tokens, width], seed: 5).converted(to: type),
        reduced: numbers([tokens, 2 * experts * rank], seed: 6),
        b: numbers([2 * experts, rank, width], seed: 7), a: numbers([experts, rank, width], seed: 8),
        shares: experts == 2 ? numbers([tokens, 2], seed: 9).softmax(-1) : nil,
        dropout: DropoutMasks(probability: 0.25, keys: Array([1, 2].prefix(experts))), activation: .silu)
      return (
        try block.forward(keepingFirst: true),
        try block.backward(
          mixed: numbers([tokens, width], seed: 10).converted(to: type),
          down: numbers([tokens, experts * rank], seed: 11), sequence: nil, toInput: true)
      )
    }
    let (one, other) = (try mixture(.float32), try mixture(.bfloat16))
    try expectNear(other.0.mixed, one.0.mixed)
    for (mine, theirs) in [
      (other.0.down, one.0.down), (other.1.a, one.1.a), (other.1.b, one.1.b), (other.1.reduced, one.1.reduced),
      (try #require(other.1.shares), try #require(one.1.shares)),
    ] {
      #expect(try mine.isEqual(to: theirs))
    }
    for (mine, theirs) in [(other.1.gate, one.1.gate), (other.1.up, one.1.up)] {
      try expectNear(try #require(mine), try #require(theirs))
    }
  }

  /// To the nearest, halves to the even one, as libtorch rounds; what is infinite or NaN stays so.
  @Test func rounding() throws {
    let special: [Float] = [.nan, .infinity, -.infinity, 0, -0.0, 3e38, -3e38, 1e-45, 1e-38, 1, -1, 1.5, 1.0078125]
    let up = try half(Tensor.concatenated([Tensor(special), numbers([4000], seed: 1)]))
    // f(129) is 129 exactly: products of two numbers of 8 bits, of which half of the bits are rounded away.
    let gate = try half(Tensor(repeating: 129, up.shape))
    let rounded = try GatedLinearUnit.forward(.silu, gate: gate, up: up).converted(to: .float32).floats()
    let expected = try half(up.converted(to: .float32) * 129).converted(to: .float32).floats()
    for (got, wanted) in zip(rounded, expected) {
      #expect(got.bitPattern == wanted.bitPattern || (got.isNaN && wanted.isNaN), "\(got), not \(wanted)")
    }
  }

  @Test func oneTypeAtATime() throws {
    let x = try numbers([3, 1, 8], seed: 1)
    let layout = try PackedAttention.Layout(lengths: [3])
    #expect(throws: TorchError.self) {
      try PackedAttention(queries: half(x), keys: x, values: x, layout: layout, tracing: false)
    }
  }
}
