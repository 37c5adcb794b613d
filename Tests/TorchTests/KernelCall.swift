import CTorch
import Randomness
import Testing

/// Memory for kernels, filled with the same numbers in every run; freed with this object.
final class KernelMemory {
  private var stream = RandomStream(purposes: ["kernel memory"])
  private var buffers: [UnsafeMutableRawPointer] = []

  deinit {
    for buffer in buffers { buffer.deallocate() }
  }

  private func buffer<Element>(_ values: [Element]) -> UnsafeMutablePointer<Element> {
    let memory = UnsafeMutablePointer<Element>.allocate(capacity: values.count)
    memory.initialize(from: values, count: values.count)
    buffers.append(UnsafeMutableRawPointer(memory))
    return memory
  }

  /// Evenly from −2 to 2.
  func numbers(_ count: Int) -> UnsafeMutablePointer<Float> {
    buffer((0..<count).map { _ in Float(stream.below(1 << 24)) / Float(1 << 22) - 2 })
  }

  func zeros(_ count: Int) -> UnsafeMutablePointer<Float> { buffer([Float](repeating: 0, count: count)) }

  func copy<Element: BitwiseCopyable>(_ values: [Element]) -> UnsafeMutablePointer<Element> { buffer(values) }

  /// As bfloat16: the upper halves.
  func halves(_ count: Int) -> UnsafeMutablePointer<UInt16> {
    buffer((0..<count).map { _ in UInt16((Float(stream.below(1 << 24)) / Float(1 << 22) - 2).bitPattern >> 16) })
  }
}

/// Activations in a kernel's memory, as floats or as bfloat16.
struct Activations {
  let memory: UnsafeMutableRawPointer
  let count: Int
  let half: Bool

  var values: [Float] {
    half
      ? UnsafeBufferPointer(start: memory.assumingMemoryBound(to: UInt16.self), count: count)
        .map { Float(bitPattern: UInt32($0) << 16) }
      : Array(UnsafeBufferPointer(start: memory.assumingMemoryBound(to: Float.self), count: count))
  }
}

extension KernelMemory {
  /// Evenly from −2 to 2; the same numbers of either type, but for rounding.
  func activations(_ count: Int, half: Bool) -> Activations {
    Activations(
      memory: half ? UnsafeMutableRawPointer(halves(count)) : UnsafeMutableRawPointer(numbers(count)), count: count,
      half: half)
  }

  func zeroActivations(_ count: Int, half: Bool) -> Activations {
    Activations(
      memory: half
        ? UnsafeMutableRawPointer(copy([UInt16](repeating: 0, count: count))) : UnsafeMutableRawPointer(zeros(count)),
      count: count, half: half)
  }
}

/// A kernel on a small example, of sizes that are no multiples of a vector.
struct KernelCall: Sendable, CustomTestStringConvertible {
  let name: String
  /// Whether the plain kernel has the same bits as those with fused multiply-add.
  let isSameEverywhere: Bool
  /// How far results may be apart where sums are rounded otherwise: a unit in the last place of what they are held in.
  let tolerance: Float
  let run: @Sendable (KernelMemory) -> [Float]

  var testDescription: String { name }

  private init(
    _ name: String, same: Bool = false, half: Bool = false, _ run: @escaping @Sendable (KernelMemory) -> [Float]
  ) {
    (self.name, isSameEverywhere, tolerance, self.run) = (
      name + (half ? ", bfloat16" : ""), same, half ? 0.02 : 1e-4, run
    )
  }

  static let all = sums + norms + lowRank + mixture + attention + products + integers

  private static let (tokens, width, rank) = (19, 71, 8)
  private static let (t, w, r) = (Int64(tokens), Int64(width), Int64(rank))
  private static let dropout = AccreteDropout(threshold: UInt32(0.25 * 0x1p32), scale: 4.0 / 3)

  private static func values(_ parts: (UnsafeMutablePointer<Float>, Int)...) -> [Float] {
    parts.flatMap { Array(UnsafeBufferPointer(start: $0.0, count: $0.1)) }
  }

  private static let sums: [KernelCall] = [
    KernelCall("square sum") { [Float(accrete_square_sum(40_000, $0.numbers(40_000), 2))] },
    KernelCall("add rows", same: true) {
      let (ids, out) = ($0.copy((0..<t).map { $0 * 7 % 5 }), $0.numbers(5 * width))
      accrete_add_rows(t, w, ids, $0.numbers(tokens * width), out, 2)
      return values((out, 5 * width))
    },
    KernelCall("blend") {
      let x = $0.numbers(1000)
      accrete_blend(1000, 0.9, x, 0.1, $0.numbers(1000), 1)
      return values((x, 1000))
    },
    KernelCall("mirror", same: true) {
      let x = $0.numbers(2 * 38 * 38)
      accrete_mirror(2, 38, 19, x, 2)
      return values((x, 2 * 38 * 38))
    },
    KernelCall("combine") {
      let (rows, positions) = ($0.numbers(40 * width), $0.copy((0..<2 * t).map { $0 * 11 % 40 }))
      var s = AccreteCombination(
        tokens: t, count: t + 3, active: 2, width: w, rows: rows, positions: positions, threads: 2)
      let (weights, out) = ($0.numbers(2 * tokens), $0.zeros((tokens + 3) * width))
      accrete_combine(&s, weights, $0.numbers((tokens + 3) * width), out)
      let (byWeights, byRows) = ($0.zeros(2 * tokens), $0.zeros(40 * width))
      let visited = $0.copy((0..<2 * tokens).map { Float($0 % 3) })
      accrete_combine_backward(&s, weights, $0.numbers(tokens * width), visited, byWeights, byRows)
      return values((out, (tokens + 3) * width), (byWeights, 2 * tokens), (byRows, 40 * width))
    },
  ]

  private static let norms: [KernelCall] = [
    norm(input: false, output: false), norm(input: false, output: true), norm(input: true, output: true),
    KernelCall("gradient by a norm's weight") {
      let own = $0.zeros(width)
      accrete_norm_weight_backward(t, w, $0.numbers(tokens * width), $0.numbers(tokens * width), 1e-5, own, 2)
      return values((own, width))
    },
    gatedLinearUnit(accrete_silu), gatedLinearUnit(accrete_gelu_tanh), gatedLinearUnit(accrete_silu, half: true),
    KernelCall("cross entropy") {
      let (logits, losses) = ($0.numbers(tokens * 1000), $0.zeros(tokens))
      accrete_cross_entropy(t, 993, 1000, $0.copy((0..<t).map { $0 * 52 }), 0.5, logits, losses, 2)
      return values((logits, tokens * 1000), (losses, tokens))
    },
    rotate(half: false), rotate(half: true),
  ]

  private static func norm(input: Bool, output: Bool) -> KernelCall {
    KernelCall("norm of \(input ? "bfloat16" : "float32")", half: output) {
      let (count, weight) = (tokens * width, $0.numbers(width))
      let (x, addend) = ($0.activations(count, half: input), $0.activations(count, half: output))
      let (sum, back) = ($0.zeroActivations(count, half: input), $0.zeroActivations(count, half: input))
      let normed = $0.zeroActivations(count, half: output)
      var s = AccreteNorm(
        tokens: t, width: w, weight: weight, epsilon: 1e-5, threads: 2, half_input: input, half_output: output)
      accrete_norm_forward(&s, x.memory, addend.memory, sum.memory, normed.memory)
      accrete_norm_backward(&s, normed.memory, x.memory, sum.memory, back.memory)
      return sum.values + normed.values + back.values
    }
  }

  private static func rotate(half: Bool) -> KernelCall {
    KernelCall("rotate", half: half) {
      let (x, out) = ($0.activations(tokens * 120, half: half), $0.zeroActivations(tokens * 120, half: half))
      accrete_rotate(half, t, 3, 40, x.memory, $0.numbers(tokens * 20), $0.numbers(tokens * 20), -1, out.memory, 2)
      return out.values
    }
  }

  private static func gatedLinearUnit(_ activation: AccreteActivation, half: Bool = false) -> KernelCall {
    KernelCall("gated linear unit, activation \(activation.rawValue)", half: half) {
      let (gate, up) = ($0.activations(1000, half: half), $0.activations(1000, half: half))
      let out = $0.zeroActivations(1000, half: half)
      let (byGate, byUp) = ($0.zeroActivations(1000, half: half), $0.zeroActivations(1000, half: half))
      accrete_glu_forward(activation, half, 1000, gate.memory, up.memory, out.memory, 1)
      accrete_glu_backward(
        activation, half, 1000, $0.activations(1000, half: half).memory, gate.memory, up.memory, byGate.memory,
        byUp.memory, 1)
      return out.values + byGate.values + byUp.values
    }
  }

  private static let lowRank: [KernelCall] = [
    // One number in each row of the factors: a sum of one product and zeros, which is the mask.
    KernelCall("dropout masks", same: true) {
      let factors = $0.zeros(2 * rank * width)
      for row in 0..<2 * rank { factors[row * width + row * 31 % width] = 1 }
      var s = AccreteReduction(
        tokens: t, width: w, rank: r, pairs: 2, x: $0.copy([Float](repeating: 1, count: tokens * width)), a: factors,
        keys: $0.copy([77, 0xDEAD_BEEF_0123_4567]), dropout: dropout, threads: 2, half: false)
      let reduced = $0.zeros(tokens * 2 * rank)
      accrete_reduce(&s, reduced)
      return values((reduced, tokens * 2 * rank))
    },
    reduction(half: false), reduction(half: true),
  ]

  private static func reduction(half: Bool) -> KernelCall {
    KernelCall("reduction", half: half) {
      let x = $0.activations(tokens * width, half: half)
      var s = AccreteReduction(
        tokens: t, width: w, rank: r, pairs: 2, x: x.memory, a: $0.numbers(2 * rank * width), keys: $0.copy([1, 2]),
        dropout: dropout, threads: 2, half: half)
      let (reduced, own) = ($0.zeros(tokens * 2 * rank), $0.zeros(2 * rank * width))
      let input = $0.zeroActivations(tokens * width, half: half)
      accrete_reduce(&s, reduced)
      accrete_reduce_backward(&s, reduced, $0.numbers(tokens * 2 * rank), own, input.memory)
      return values((reduced, tokens * 2 * rank), (own, 2 * rank * width)) + input.values
    }
  }

  private static let mixture: [KernelCall] =
    [1, 2].flatMap { experts in
      [accrete_silu, accrete_gelu_tanh].map { mixture(of: experts, $0) }
    } + [1, 2].map { mixture(of: $0, accrete_silu, half: true) }

  private static func mixture(of experts: Int, _ activation: AccreteActivation, half: Bool = false) -> KernelCall {
    KernelCall("mixture of \(experts), activation \(activation.rawValue)", half: half) {
      let (count, e) = (tokens * width, Int64(experts))
      let reduced = $0.numbers(tokens * 2 * experts * rank)
      var s = AccreteMixture(
        tokens: t, width: w, rank: r, experts: e, gate: $0.activations(count, half: half).memory,
        up: $0.activations(count, half: half).memory, reduced: reduced,
        b: $0.numbers(2 * experts * rank * width), a: $0.numbers(experts * rank * width),
        shares: experts == 2 ? $0.numbers(tokens * experts) : nil, keys: $0.copy([5, 6]), dropout: dropout,
        activation: activation, threads: 2, half: half)
      let (down, first) = ($0.zeros(tokens * experts * rank), $0.zeros(count))
      let mixed = $0.zeroActivations(count, half: half)
      accrete_mixture_forward(&s, mixed.memory, down, first)
      let (byGate, byUp) = ($0.zeroActivations(count, half: half), $0.zeroActivations(count, half: half))
      let byReduced = $0.zeros(tokens * 2 * experts * rank)
      let (flow, shares) = ($0.zeros(tokens * 2 * experts * rank), $0.zeros(tokens * experts))
      let (b, a) = ($0.zeros(2 * experts * rank * width), $0.zeros(experts * rank * width))
      var gradients = AccreteMixtureGradients(
        mixed: $0.activations(count, half: half).memory, down: $0.numbers(tokens * experts * rank),
        sequence_first: $0.numbers(2 * width), sequence_down: $0.numbers(2 * rank),
        sequence_of: $0.copy((0..<Int32(tokens)).map { $0 / 10 }), isolated: experts == 2,
        gate: byGate.memory, up: byUp.memory, reduced: byReduced, flow: flow, shares: experts == 2 ? shares : nil, b: b,
        a: a)
      accrete_mixture_backward(&s, &gradients)
      return mixed.values + byGate.values + byUp.values
        + values(
          (down, tokens * experts * rank), (first, count), (byReduced, tokens * 2 * experts * rank),
          (flow, tokens * 2 * experts * rank), (shares, tokens * experts),
          (b, 2 * experts * rank * width), (a, experts * rank * width))
    }
  }

  private static func attention(half: Bool) -> KernelCall {
    KernelCall("attention", half: half) {
      let (heads, kv, dim, count) = (4, 2, 24, 50)
      let (queries, keys, own) = (
        $0.activations(count * heads * dim, half: half), $0.activations(count * kv * dim, half: half),
        $0.activations(count * kv * dim, half: half)
      )
      var s = AccreteAttention(
        sequences: 2, heads: Int64(heads), kv_heads: Int64(kv), dim: Int64(dim), window: 20,
        starts: $0.copy([0, 13, 50]),
        groups: $0.copy((0..<Int32(count)).map { $0 % 37 < 9 ? 0 : 1 + $0 / 10 }), positions: nil,
        queries: queries.memory, keys: keys.memory, values: own.memory, scale: 0.2, threads: 2, half: half)
      let (out, statistics) = ($0.zeroActivations(count * heads * dim, half: half), $0.zeros(count * heads))
      accrete_attention_forward(&s, out.memory, statistics)
      let (byQueries, byKeys, byValues) = (
        $0.zeroActivations(count * heads * dim, half: half), $0.zeroActivations(count * kv * dim, half: half),
        $0.zeroActivations(count * kv * dim, half: half)
      )
      var gradients = AccreteAttentionGradients(
        out: out.memory, statistics: statistics,
        out_gradient: $0.activations(count * heads * dim, half: half).memory, queries: byQueries.memory,
        keys: byKeys.memory, values: byValues.memory)
      accrete_attention_backward(&s, &gradients)
      return out.values + values((statistics, count * heads)) + byQueries.values + byKeys.values + byValues.values
    }
  }

  private static let attention: [KernelCall] = [
    attention(half: false), attention(half: true),
    KernelCall("attention over a cache") {
      let (heads, kv, dim) = (6, 2, 20)
      let size = 2 * kv * dim * Int(accrete_cache_block)
      // Of the second sequence, whose new token lies in its second block.
      let memory = $0
      let blocks = (0..<3).map { _ in memory.numbers(size) }
      let out = $0.zeros(6 * heads * dim)
      let ofSequences: [UnsafeMutablePointer<Float>?] = blocks.map(\.self)
      var s = AccreteCachedAttention(
        sequences: 2, heads: Int64(heads), kv_heads: Int64(kv), dim: Int64(dim), window: 0, starts: $0.copy([0, 5, 6]),
        past: $0.copy([11, 70]), queries: $0.numbers(6 * heads * dim), keys: $0.numbers(6 * kv * dim),
        values: $0.numbers(6 * kv * dim), first_block: $0.copy([0, 1, 3]),
        blocks: UnsafePointer($0.copy(ofSequences)), scale: 0.2, threads: 2)
      accrete_cached_attention(&s, out)
      return values((out, 6 * heads * dim)) + blocks.flatMap { values(($0, size)) }
    },
  ]

  private static func segments(half: Bool) -> KernelCall {
    KernelCall("low-rank segments", half: half) {
      let factors = { (memory: KernelMemory, rank: Int, half: Bool) in
        AccreteFactors(
          rank: Int64(rank), scaling: 0.7, half: half,
          a: half ? UnsafeRawPointer(memory.halves(rank * width)) : UnsafeRawPointer(memory.numbers(rank * width)),
          b: half ? UnsafeRawPointer(memory.halves(rank * 30)) : UnsafeRawPointer(memory.numbers(rank * 30)))
      }
      let list = [
        AccreteSegment(first: 0, count: 3, factors: factors($0, 5, false)),
        AccreteSegment(first: 4, count: 8, factors: factors($0, 8, true)),
        AccreteSegment(first: 12, count: 1, factors: factors($0, 1, false)),
      ]
      var s = AccreteLowRank(
        segments: 3, inputs: w, outputs: 30, list: $0.copy(list),
        x: $0.activations(13 * width, half: half).memory, half: half, threads: 2)
      let out = $0.activations(13 * 30, half: half)
      accrete_add_low_rank(&s, out.memory)
      return out.values
    }
  }

  private static func blockOfSegments(half: Bool) -> KernelCall {
    KernelCall("feed-forward block of segments", half: half) {
      let factors = { (memory: KernelMemory, rank: Int, inputs: Int, outputs: Int) in
        AccreteFactors(
          rank: Int64(rank), scaling: 0.01, half: false, a: memory.numbers(rank * inputs),
          b: memory.numbers(rank * outputs))
      }
      var list = [AccreteBlockSegment](repeating: AccreteBlockSegment(), count: 3)
      for (number, count) in [3, 5, 5].enumerated() {
        (list[number].first, list[number].count, list[number].experts) = (
          Int64(3 * number), Int64(count), Int64(number)
        )
      }
      list[2].first = 8
      list[1].gate.0 = factors($0, 3, width, 37)
      list[1].down.0 = factors($0, 2, 37, width)
      list[2].shares = UnsafePointer($0.numbers(2 * width))
      list[2].gate = (factors($0, 3, width, 37), factors($0, 8, width, 37))
      list[2].up = (factors($0, 9, width, 37), factors($0, 1, width, 37))
      list[2].down = (factors($0, 4, 37, width), factors($0, 3, 37, width))
      var s = AccreteFeedForward(
        segments: 3, hidden: w, intermediate: 37, reduced: 7, list: $0.copy(list),
        x: $0.activations(13 * width, half: half).memory, gate: $0.activations(13 * 37, half: half).memory,
        up: $0.activations(13 * 37, half: half).memory, half: half, activation: accrete_gelu_tanh, threads: 2)
      let (mixed, out) = ($0.zeroActivations(13 * 37, half: half), $0.activations(13 * width, half: half))
      let reduced = $0.zeros(13 * 7)
      accrete_feed_forward_activate(&s, mixed.memory, reduced)
      accrete_feed_forward_finish(&s, reduced, out.memory)
      return mixed.values + out.values
    }
  }

  private static let products: [KernelCall] = [
    KernelCall("product") {
      let (x, weight, out) = ($0.numbers(13 * width), $0.numbers(30 * width), $0.zeros(13 * 30))
      var s = AccreteProduct(
        rows: 13, inputs: w, outputs: 30, x: x, weight: weight, half: false, rounds: false,
        addend: $0.numbers(13 * 30), threads: 2)
      accrete_product(&s, out)
      // No rows: nothing is written.
      s.rows = 0
      accrete_product(&s, out)
      return values((out, 13 * 30))
    },
    segments(half: false), segments(half: true),
    blockOfSegments(half: false), blockOfSegments(half: true),
    KernelCall("product of bfloat16") {
      let (x, weight, out) = ($0.numbers(13 * width), $0.halves(30 * width), $0.zeros(13 * 30))
      var s = AccreteProduct(
        rows: 13, inputs: w, outputs: 30, x: x, weight: weight, half: true, rounds: false, addend: nil, threads: 2)
      accrete_product(&s, out)
      return values((out, 13 * 30))
    },
    KernelCall("widen", same: true) {
      // Several steps of four vectors and a rest, without and with what lies between rows; and rests alone.
      let (whole, wide, columns) = ($0.zeros(1001), $0.zeros(20 * 143), $0.zeros(20 * 37))
      accrete_widen(7, 143, 143, $0.halves(1001), whole, 2)
      accrete_widen(20, 143, 150, $0.halves(20 * 150), wide, 2)
      accrete_widen(20, 37, 50, $0.halves(20 * 50), columns, 2)
      return values((whole, 1001), (wide, 20 * 143), (columns, 20 * 37))
    },
    KernelCall("place", same: true) {
      let (out, addend) = ($0.zeros(20 * 50), $0.numbers(20 * 50))
      accrete_place(20, 37, 50, $0.numbers(20 * 37), addend, out, 2)
      accrete_place(20, 13, 50, $0.numbers(20 * 13), nil, out + 37, 2)
      return values((out, 20 * 50))
    },
    KernelCall("argmax", same: true) {
      let (x, indices) = ($0.numbers(tokens * width), $0.copy([Int64](repeating: -1, count: tokens)))
      accrete_argmax(t, w, x, indices, 2)
      return (0..<tokens).map { Float(indices[$0]) }
    },
  ]

  private static let integers: [KernelCall] = [
    // Numbers next to the middle between two integers: every second one would be another integer if it were rounded twice.
    KernelCall("quantize", same: true) {
      let (rows, width) = (9, 253)
      let numbers = (0..<rows).flatMap { row in
        let largest = 1.1 + Float(row) / 10
        return [largest] + (-126..<126).map { Float((Double($0) + 0.5) / Double(127 / largest)) }
      }
      let (bytes, scales) = ($0.copy([Int8](repeating: 0, count: rows * width)), $0.zeros(rows))
      var result: [Float] = []
      for columns in [nil, $0.numbers(width)] {
        accrete_quantize(Int64(rows), Int64(width), $0.copy(numbers), columns, bytes, scales, 2)
        result += (0..<rows * width).map { Float(bytes[$0]) } + values((scales, rows))
      }
      return result
    },
    KernelCall("dequantize", same: true) {
      let (sums, out) = ($0.copy((0..<Int32(tokens * width)).map { ($0 - 600) * 7919 }), $0.zeros(tokens * width))
      accrete_dequantize(
        t, w, sums, $0.numbers(tokens), $0.numbers(width), $0.numbers(tokens * width), out, 2)
      return values((out, tokens * width))
    },
    KernelCall("encode and decode", same: true) {
      // Blocks that are not whole, and a part of the columns.
      let (rows, width) = (9, 253)
      let x = $0.numbers(rows * width)
      var result: [Float] = []
      for (coding, bytes, groups) in [(accrete_nf4, 127, 4), (accrete_fp8, 253, 1)] {
        let (codes, scales) = ($0.copy([UInt8](repeating: 0, count: rows * bytes)), $0.zeros(rows * groups))
        accrete_encode(coding, Int64(rows), Int64(width), x, codes, scales, 2)
        var matrix = AccreteCodes(
          coding: coding, inputs: Int64(width), groups: Int64(groups), group_size: 64, codes: codes, scales: scales,
          zeros: nil, group: nil)
        let out = $0.zeros(7 * 200)
        accrete_decode(&matrix, 1, 7, 48, 200, out, 2)
        result += (0..<rows * bytes).map { Float(codes[$0]) } + values((scales, rows * groups), (out, 7 * 200))
      }
      return result
    },
    KernelCall("decode of 4-bit integers", same: true) {
      let (rows, width) = (9, 96)
      let codes = $0.copy((0..<rows * width / 2).map { UInt8(truncatingIfNeeded: $0 * 71) })
      let (scales, zeros, group) = ($0.numbers(rows * 6), $0.numbers(rows * 6), $0.copy((0..<96).map { Int32($0 % 6) }))
      let out = $0.zeros(rows * width)
      var result: [Float] = []
      for (size, listed) in [(16, false), (17, false), (16, true)] {
        var matrix = AccreteCodes(
          coding: accrete_int4, inputs: Int64(width), groups: 6, group_size: Int64(size), codes: codes, scales: scales,
          zeros: zeros, group: listed ? UnsafePointer(group) : nil)
        accrete_decode(&matrix, 0, Int64(rows), 0, Int64(width), out, 2)
        result += values((out, rows * width))
      }
      return result
    },
    KernelCall("product of codes") {
      let codes = $0.copy((0..<30 * width / 2 + 30).map { UInt8(truncatingIfNeeded: $0 * 71) })
      var matrix = AccreteCodes(
        coding: accrete_nf4, inputs: w, groups: (w + 63) / 64, group_size: 64, codes: codes,
        scales: $0.numbers(30 * (width + 63) / 64 + 30), zeros: nil, group: nil)
      let (x, out) = ($0.numbers(13 * width), $0.zeros(13 * 30))
      var s = AccreteProduct(
        rows: 13, inputs: w, outputs: 30, x: x, weight: nil, half: false, rounds: false, addend: nil, threads: 2)
      accrete_coded_product(&matrix, &s, out)
      return values((out, 13 * 30))
    },
  ]
}
