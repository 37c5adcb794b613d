import BenchmarkSupport
import Decoder
import Experts
import ModelConfiguration

extension RandomExpert {
  /// - Parameters:
  ///   - count: How many.
  ///   - ranks: Of one after the other, again from the first where they are fewer.
  ///   - projections: Where they plug in.
  ///   - model: The base.
  static func prepared(
    _ count: Int, ranks: [Int], projections: [Projection], on model: DecoderModel
  ) throws -> [PreparedExpert] {
    try (0..<count).map { number in
      let shape = try LowRankShape(
        rank: ranks[number % ranks.count], alpha: 16, dropout: 0, projections: projections)
      return PreparedExpert(try make(number, shape, on: model))
    }
  }
}
