import Decoder
import Foundation
import ModelConfiguration
import Randomness
import Testing
import Torch

@testable import Pretraining

/// Every weight's gradient against the difference quotient of the loss along it, for families that the PyTorch goldens leave out.
@Suite struct GradientTests {
  static let families = ["llama-bias", "mistral", "hunyuan-dense"]

  private static func loss(_ decoder: TrainableDecoder, _ windows: [[Int]]) throws -> Double {
    let batch = try NextTokenBatch(windows, on: .cpu)
    let count = Double(batch.tokens.tokens)
    return try decoder.model.pretrainingPass(batch.tokens, targets: batch.targets, scale: 1 / count, routing: nil)
      / count
  }

  @Test(arguments: families)
  func quotients(family: String) throws {
    try TorchRuntime.setThreads(1)
    let configuration = try DecoderConfiguration(folder: Goldens.folder.appendingPathComponent("families/\(family)"))
    // Wide initial values, so that every part has something to say.
    let decoder = try TrainableDecoder(configuration, seed: 5, deviation: 0.2)
    var random = RandomStream(seed: 11, family)
    let windows = (0..<2).map { row in (0...(7 + row)).map { _ in random.below(configuration.vocabularySize) } }
    let flat = try FlatParameters(decoder.weights.map { .init(name: $0.name, tensor: $0.tensor) })
    _ = try Self.loss(decoder, windows)
    let gradients = try flat.gradientsByName()
    for weight in decoder.weights {
      let gradient = try #require(gradients[weight.name])
      let norm = try gradient.norm().item()
      #expect(norm > 0, "\(weight.name) collects nothing")
      guard norm > 0 else { continue }
      let step = 2e-2
      let direction = try gradient * (1 / norm)
      func moved(_ by: Double) throws -> Double {
        try withoutGradients { try weight.tensor.addInPlace(direction, times: by) }
        defer { withoutGradients { try? weight.tensor.addInPlace(direction, times: -by) } }
        return try Self.loss(decoder, windows)
      }
      // Two step lengths: what is left of the third order goes (Richardson).
      let coarse = try (moved(step) - moved(-step)) / (2 * step)
      let fine = try (moved(step / 2) - moved(-step / 2)) / step
      let quotient = (4 * fine - coarse) / 3
      #expect(
        abs(quotient - norm) <= 1e-2 * norm + 2e-4, "\(family) \(weight.name): gradient \(norm), quotient \(quotient)")
    }
  }
}
