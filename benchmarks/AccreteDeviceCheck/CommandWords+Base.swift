import BenchmarkSupport
import Decoder
import Experts
import ModelConfiguration

extension CommandWords {
  /// Of an expert on all seven projections.
  var everywhere: LowRankShape {
    get throws {
      let rank = try number("rank", or: 16)
      return try LowRankShape(rank: rank, alpha: Double(2 * rank), dropout: 0, projections: Projection.allCases)
    }
  }

  /// The base: held in bfloat16, and computed in it where that suits, unless something else is asked for.
  func model() throws -> DecoderModel {
    try model("model", weights: .bfloat16) { $0.suitsHalfProducts ? .bfloat16 : .float32 }
  }
}
