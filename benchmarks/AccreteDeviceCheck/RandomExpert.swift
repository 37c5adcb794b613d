import Decoder
import Experts
import ModelConfiguration
import Randomness
import Torch

/// Experts whose every factor counts, for measuring: they say nothing.
enum RandomExpert {
  static func make(_ number: Int, rank: Int, on model: DecoderModel) throws -> LowRankExpert {
    let shape = try LowRankShape(rank: rank, alpha: Double(2 * rank), dropout: 0, projections: Projection.allCases)
    // Drawn on the CPU: the same numbers on every device.
    let blank = try LowRankExpert(shape, for: model.configuration, on: .cpu) { _ in 0 }
    var tensors: [String: Tensor] = [:]
    for (name, tensor) in blank.tensors {
      var stream = RandomStream(seed: UInt64(number), "expert", name)
      try Generator(seed: stream.next()).fillNormal(tensor, deviation: 0.02)
      tensors[name] = try tensor.moved(to: model.device)
    }
    return try LowRankExpert(shape, for: model.configuration, tensors: tensors, where: "a measurement")
  }
}
