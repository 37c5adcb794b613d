package import Decoder
package import Experts
import Randomness
import Torch

/// Experts whose every factor counts, for measuring: they say nothing.
package enum RandomExpert {
  /// - Parameters:
  ///   - number: Each has numbers of its own, which are the same on every device, as they are drawn on the CPU.
  ///   - shape: Its ranks, and where it plugs in.
  ///   - model: The base, on whose device it lies.
  package static func make(_ number: Int, _ shape: LowRankShape, on model: DecoderModel) throws -> LowRankExpert {
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
