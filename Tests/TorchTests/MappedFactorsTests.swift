import CTorch
import Files
import Foundation
import ModelConfiguration
import TestSupport
import Testing

@testable import Torch

/// Do factors in bfloat16, read where a file is mapped, give the bits of factors that were widened and turned before?
@Suite struct MappedFactorsTests {
  /// Runs of one, two and more tokens; outputs that fill vectors, and that do not.
  private static let (tokens, inputs) = (23, 45)
  static let ranks = [1, 2, 3, 4, 5, 8, 11, 16, 31, 64]

  private func pair(_ rank: Int, _ inputs: Int, _ outputs: Int, _ seed: UInt64) throws -> (a: Tensor, b: Tensor) {
    (
      try normal([rank, inputs], seed).converted(to: .bfloat16),
      try normal([outputs, rank], seed + 100).converted(to: .bfloat16)
    )
  }

  /// As they are stored, or widened: then B is turned in memory, and what is left of the kernel is the sums.
  private func factors(_ pair: (a: Tensor, b: Tensor), widened: Bool) throws -> SegmentFactors {
    let type: DType = widened ? .float32 : .bfloat16
    return try SegmentFactors(
      a: pair.a.converted(to: type), b: pair.b.converted(to: type), scaling: 2 / Double(pair.a.shape[0]))
  }

  private func equal(_ make: (_ widened: Bool) throws -> [UInt8]) throws {
    for set in InstructionSet.available {
      let (stored, widened) = (try set.use { try make(false) }, try set.use { try make(true) })
      #expect(stored == widened, "\(set)")
    }
  }

  @Test(arguments: ranks, [1, 15, 16, 71, 96]) func lowRank(rank: Int, outputs: Int) throws {
    let pairs = try [rank, rank + 1, rank].enumerated().map {
      try pair($1, Self.inputs, outputs, UInt64($0))
    }
    let (x, y) = (try normal([Self.tokens, Self.inputs], 10), try normal([Self.tokens, outputs], 11))
    try equal { widened in
      let list = try zip([0..<1, 3..<10, 10..<23], pairs).map { ($0, try factors($1, widened: widened)) }
      let sum = try y.cloned()
      try LowRankSegments(list).add(to: sum, of: x)
      return try sum.rawBytes()
    }
  }

  /// The base, one expert, two that are mixed, and one with nothing at `up`.
  @Test(arguments: ranks, Activation.allCases) func feedForward(rank: Int, activation: Activation) throws {
    let (hidden, intermediate) = (Self.inputs, 71)
    let (into, back) = (
      try pair(rank, hidden, intermediate, 1), try pair(rank + 1, intermediate, hidden, 2)
    )
    let other = try pair(rank + 2, hidden, intermediate, 3)
    let x = try normal([Self.tokens, hidden], 4)
    let (gate, up) = (try normal([Self.tokens, intermediate], 5), try normal([Self.tokens, intermediate], 6))
    let (shares, y) = (try normal([2, hidden], 7), try normal([Self.tokens, hidden], 8))
    try equal { widened in
      let (first, second) = (try factors(into, widened: widened), try factors(other, widened: widened))
      let down = try factors(back, widened: widened)
      let one = FeedForwardSegments.Expert(gate: first, up: second, down: down)
      let two = FeedForwardSegments.Expert(gate: second, up: first, down: nil)
      let segments = FeedForwardSegments([
        try .init(0..<5, []), try .init(5..<14, [one]), try .init(14..<22, [one, two], shares: shares),
        try .init(22..<23, [.init(gate: first, up: nil, down: down)]),
      ])
      let made = try segments.activated(x, gate: gate, up: up, by: activation)
      let sum = try y.cloned()
      try segments.finish(sum, reduced: made.reduced)
      return try made.mixed.rawBytes() + made.reduced.rawBytes() + sum.rawBytes()
    }
  }

  /// Of what a file has, nothing is copied; of float32, which is turned, B is, and of what has gaps, all.
  @Test func copies() throws {
    let scratch = try Scratch()
    let (pair, url) = (try pair(4, 32, 48, 1), scratch.url("pair.safetensors"))
    try SafetensorsFile.write(["a": pair.a, "b": pair.b], to: url)
    let file = try SafetensorsFile(url)
    let (a, b) = (try file.tensor("a"), try file.tensor("b"))
    #expect(try file.maps(a) && file.maps(b))
    #expect(try !file.maps(pair.a) && !file.maps(a.cloned()))
    let stored = try SegmentFactors(a: a, b: b, scaling: 1)
    #expect(stored.copiedBytes == 0)
    #expect(try stored.raw.a == UnsafeRawPointer(a.memory(.bfloat16)))
    #expect(try stored.raw.b == UnsafeRawPointer(b.memory(.bfloat16)))
    let widened = try SegmentFactors(a: a.converted(to: .float32), b: b.converted(to: .float32), scaling: 1)
    #expect(widened.copiedBytes == 48 * 4 * 4)
    let gaps = try SegmentFactors(a: pair.b.transposed(0, 1), b: pair.a.transposed(0, 1), scaling: 1)
    #expect(gaps.copiedBytes == (48 + 32) * 4 * 2)
    // What is no file's is no mapping.
    let copied = try SafetensorsFile(MappedFile(copying: Data(contentsOf: url), as: url))
    #expect(try !copied.maps(copied.tensor("a")))
  }
}
