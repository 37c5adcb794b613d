import Decoder
import Foundation
import ModelConfiguration
import Records
import Testing
import Torch

@testable import Learning

/// Does learning on an int8 base do nearly what it does on the exact one?
@Suite struct Int8BaseTests {
  private struct Step {
    let report: StepReport
    let gradients: Tensor
  }

  private func step(_ method: String, _ precision: WeightMatrix.Precision) throws -> Step {
    try TorchRuntime.setThreads(1)
    let model = try DecoderModel(folder: Goldens.folder.appendingPathComponent("tiny"), precision: precision)
    let learner = try TinyTasks.method(method, model, dropout: 0)
    _ = try learner.begin(TinyTasks.identities[0])
    let training = try TinyTasks.training(TinyTasks.identities[1], model, learner, options: options(clip: 0))
    // Values at which everything has a gradient.
    try withoutGradients {
      let noise = try Tensor(uninitialized: [training.parameters.count])
      try Generator(seed: 2).fillNormal(noise, deviation: 0.05)
      try training.parameters.values.addInPlace(noise)
    }
    let report = try #require(try training.step())
    return Step(report: report, gradients: try training.parameters.gradients.cloned())
  }

  @Test(arguments: ["sequential", "moe-cl"])
  func lossesAndGradientsAreClose(method: String) throws {
    let (exact, rounded) = (try step(method, .float32), try step(method, .int8))
    for (term, value) in exact.report.terms {
      let other = try #require(rounded.report.terms[term])
      #expect(abs(other - value) < 0.02 * max(abs(value), 0.1), "\(term): \(other), not \(value)")
    }
    // The direction of the whole gradient.
    let dot = try (exact.gradients * rounded.gradients).sum().item()
    let cosine = dot / (try exact.gradients.norm().item() * rounded.gradients.norm().item())
    #expect(cosine > 0.99, "cosine \(cosine)")
    #expect(try !exact.gradients.isEqual(to: rounded.gradients))
  }

  @Test func sameBitsEveryTime() throws {
    #expect(try step("moe-cl", .int8).gradients.isEqual(to: step("moe-cl", .int8).gradients))
  }
}
