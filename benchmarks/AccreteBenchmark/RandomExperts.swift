import Decoder
import Experts
import ModelConfiguration
import Randomness
import Torch

/// Experts whose every factor counts, for measuring: they say nothing.
enum RandomExperts {
  /// - Parameters:
  ///   - count: how many.
  ///   - ranks: of one after the other, again from the first where they are fewer.
  ///   - projections: where they plug in.
  ///   - base: the decoder.
  static func prepared(
    _ count: Int, ranks: [Int], projections: [Projection], on base: DecoderConfiguration
  ) throws -> [PreparedExpert] {
    try (0..<count).map { number in
      let shape = try LowRankShape(
        rank: ranks[number % ranks.count], alpha: 16, dropout: 0, projections: projections)
      let tensors = try LowRankExpert(shape, for: base, on: .cpu) { _ in 0 }.tensors.map { name, tensor in
        var stream = RandomStream(seed: UInt64(number), "expert", name)
        try Generator(seed: stream.next()).fillNormal(tensor, deviation: 0.02)
        return (name, tensor)
      }
      return PreparedExpert(
        try LowRankExpert(shape, for: base, tensors: Dictionary(uniqueKeysWithValues: tensors), where: "a benchmark"))
    }
  }
}
