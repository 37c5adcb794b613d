import Decoder
import Foundation
import ModelConfiguration
import Records
import TestSupport
import Testing
import Torch

@testable import Learning

/// Does learning with products of bfloat16 do nearly what it does in float32, for every method?
@Suite struct BFloat16ComputeTests {
  private struct Learned {
    let firstReport: StepReport
    let firstGradients: Tensor
    let finalLoss: Double
  }

  private func learned(
    _ method: String, _ compute: ComputePrecision, epochs: Int = 6,
    base: URL = Goldens.folder.appendingPathComponent("tiny")
  ) throws -> Learned {
    try TorchRuntime.setThreads(1)
    // The same values, held in the precision that both computations take.
    let stored = try DecoderModel(folder: base, precision: .bfloat16)
    let model = stored.computing(in: compute)
    let learner = try TinyTasks.method(method, model, dropout: 0)
    _ = try learner.begin(TinyTasks.identities[0])
    let training = try TinyTasks.training(
      TinyTasks.identities[1], model, learner, options: options(rate: 3e-3, epochs: epochs, clip: 0))
    // Values at which everything has a gradient.
    try withoutGradients {
      let noise = try Tensor(uninitialized: [training.parameters.count])
      try Generator(seed: 2).fillNormal(noise, deviation: 0.05)
      try training.parameters.values.addInPlace(noise)
    }
    let first = try #require(try training.step())
    let gradients = try training.parameters.gradients.cloned()
    var losses = [first.loss]
    while let report = try training.step() { losses.append(report.loss) }
    let last = losses.suffix(3)
    return Learned(
      firstReport: first, firstGradients: gradients, finalLoss: last.reduce(0, +) / Double(max(last.count, 1)))
  }

  @Test(arguments: TinyTasks.methods)
  func lossesAndGradientsAreClose(method: String) throws {
    let (exact, rounded) = (try learned(method, .float32), try learned(method, .bfloat16))
    #expect(abs(rounded.firstReport.loss - exact.firstReport.loss) < 0.01 * abs(exact.firstReport.loss))
    // The direction of the whole gradient.
    let dot = try (exact.firstGradients * rounded.firstGradients).sum().item()
    let cosine = dot / (try exact.firstGradients.norm().item() * rounded.firstGradients.norm().item())
    #expect(cosine >= 0.999, "cosine \(cosine)")
    #expect(try !exact.firstGradients.isEqual(to: rounded.firstGradients))
    #expect(
      abs(rounded.finalLoss - exact.finalLoss) < 0.01 * exact.finalLoss,
      "\(method): final loss \(rounded.finalLoss), in float32 \(exact.finalLoss)")
  }

  /// A base that was pretrained, at all of its layers.
  @Test(arguments: ["sequential", "moe-cl", "accrete"])
  func gradientsOnARealBase(method: String) throws {
    let exact = try learned(method, .float32, epochs: 1, base: ShallowBase.seedling)
    let rounded = try learned(method, .bfloat16, epochs: 1, base: ShallowBase.seedling)
    let dot = try (exact.firstGradients * rounded.firstGradients).sum().item()
    let cosine = dot / (try exact.firstGradients.norm().item() * rounded.firstGradients.norm().item())
    #expect(cosine >= 0.999, "cosine \(cosine)")
    #expect(abs(rounded.finalLoss - exact.finalLoss) < 0.01 * exact.finalLoss)
  }

  @Test func sameBitsEveryTime() throws {
    let (one, other) = (try learned("moe-cl", .bfloat16, epochs: 1), try learned("moe-cl", .bfloat16, epochs: 1))
    #expect(try one.firstGradients.isEqual(to: other.firstGradients) && one.finalLoss == other.finalLoss)
  }
}
