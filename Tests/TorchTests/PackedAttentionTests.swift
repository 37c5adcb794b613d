import Testing
import Torch

/// Does attention on packed rows equal libtorch's, row by row, values and gradients?
@Suite struct PackedAttentionTests {
  private struct Inputs {
    let queries: Tensor
    let keys: Tensor
    let values: Tensor
    let gradient: Tensor
  }

  private func inputs(_ tokens: Int, heads: Int, kvHeads: Int, dim: Int) throws -> Inputs {
    Inputs(
      queries: try normal([tokens, heads, dim], 1, deviation: 1.5),
      keys: try normal([tokens, kvHeads, dim], 2, deviation: 1.5),
      values: try normal([tokens, kvHeads, dim], 3, deviation: 1.5),
      gradient: try normal([tokens, heads, dim], 4, deviation: 1.5))
  }

  /// The same for one row by libtorch. All: [tokens of the row, heads, dim].
  private func row(
    _ inputs: Inputs, from start: Int, count: Int, groups: [Int32]?
  ) throws -> (output: Tensor, gradients: [Tensor]) {
    func part(_ x: Tensor) throws -> Tensor {
      try x.narrowed(0, from: start, count: count).unsqueezed(0).transposed(1, 2)
    }
    let repeats = inputs.queries.shape[1] / inputs.keys.shape[1]
    let allowed = (0..<count).map { i in
      (0..<count).map { j -> Float in
        guard j <= i else { return 0 }
        guard let groups else { return 1 }
        return groups[start + j] == 0 || groups[start + j] == groups[start + i] ? 1 : 0
      }
    }
    let mask = try Tensor(allowed.flatMap(\.self), shape: [count, count]).converted(to: .bool)
    let traced = try part(inputs.queries).tracedAttention(
      keys: part(inputs.keys).repeated(1, times: repeats), values: part(inputs.values).repeated(1, times: repeats),
      mask: .allowed(mask))
    let gradients = try traced.backward(part(inputs.gradient))
    func back(_ x: Tensor, _ heads: Int) throws -> Tensor {
      let shape = x.shape
      return try x.reshaped([shape[0], heads, shape[1] / heads, shape[2], shape[3]]).sum(2).transposed(1, 2)
        .reshaped([count, heads, shape[3]])
    }
    let (heads, kvHeads) = (inputs.queries.shape[1], inputs.keys.shape[1])
    return (
      try back(traced.output, heads),
      [try back(gradients.queries, heads), try back(gradients.keys, kvHeads), try back(gradients.values, kvHeads)]
    )
  }

  // Queries are taken in sixteens, keys in tiles of 64 on the way there and of 32 back.
  @Test(arguments: [[1], [4], [5, 1, 17, 3, 40], [16, 32, 8], [129, 64, 31]], [false, true])
  func equalsLibtorch(lengths: [Int], grouped: Bool) throws {
    for (heads, kvHeads, dim) in [(4, 2, 32), (3, 3, 24), (6, 1, 8), (2, 1, 64), (2, 1, 256)] {
      let tokens = lengths.reduce(0, +)
      let inputs = try inputs(tokens, heads: heads, kvHeads: kvHeads, dim: dim)
      // A prompt of a third of the row, then groups of three.
      let groups = lengths.flatMap { length in (0..<length).map { Int32($0 < length / 3 ? 0 : 1 + $0 / 3) } }
      let packed = try PackedAttention(
        queries: inputs.queries, keys: inputs.keys, values: inputs.values,
        layout: PackedAttention.Layout(lengths: lengths, groups: grouped ? groups : nil), tracing: true)
      let gradients = try packed.backward(inputs.gradient)
      var start = 0
      for length in lengths {
        let expected = try row(inputs, from: start, count: length, groups: grouped ? groups : nil)
        let own = try [packed.output, gradients.queries, gradients.keys, gradients.values].map {
          try $0.narrowed(0, from: start, count: length)
        }
        for (name, pair) in zip(
          ["output", "queries", "keys", "values"], zip(own, [expected.output] + expected.gradients))
        {
          let distance = try (pair.0 - pair.1).abs().maximum().item()
          // Rounding, which is in proportion: gradients of long rows reach 30.
          let limit = try max(2e-5, 4e-6 * pair.1.abs().maximum().item())
          #expect(distance < limit, "\(name), \(heads) heads of \(dim), row of \(length): \(distance)")
        }
        start += length
      }
    }
  }

  @Test func whatDoesNotFitIsRefused() throws {
    let inputs = try inputs(6, heads: 4, kvHeads: 2, dim: 8)
    #expect(throws: TorchError.self) {
      try PackedAttention(
        queries: inputs.queries, keys: inputs.keys, values: inputs.values,
        layout: PackedAttention.Layout(lengths: [3, 4]), tracing: false)
    }
    #expect(throws: TorchError.self) { try PackedAttention.Layout(lengths: [3], groups: [0]) }
    let untraced = try PackedAttention(
      queries: inputs.queries, keys: inputs.keys, values: inputs.values,
      layout: PackedAttention.Layout(lengths: [6]), tracing: false)
    #expect(throws: TorchError.self) { try untraced.backward(inputs.gradient) }
  }

  @Test func turningBackIsTheInverse() throws {
    let x = try normal([5, 3, 24], 7, deviation: 1.5)
    let angles = try normal([5, 12], 8, deviation: 1.5)
    let (cosines, sines) = (try angles.cos(), try angles.sin())
    let turned = try x.rotated(cosines: cosines, sines: sines, direction: 1)
    #expect(try (turned - x).abs().maximum().item() > 0.1)
    let back = try turned.rotated(cosines: cosines, sines: sines, direction: -1)
    #expect(try (back - x).abs().maximum().item() < 1e-5)
    // The first pair of the first head by hand.
    let (values, c, s) = (try x.floats(), try cosines.floats(), try sines.floats())
    let got = try turned.floats()
    #expect(abs(got[0] - (values[0] * c[0] - values[12] * s[0])) < 1e-6)
    #expect(abs(got[12] - (values[12] * c[0] + values[0] * s[0])) < 1e-6)
  }
}
