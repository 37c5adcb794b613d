import Decoder
import Foundation
import ModelConfiguration
import Records
import TestSupport
import Testing
import Torch

@testable import Learning

/// One task learned under some plan, from values at which everything has a gradient.
struct PlannedTraining {
  let firstLoss: Double
  let firstGradients: Tensor
  /// The mean of the last three steps'.
  let finalLoss: Double

  init(
    _ method: String, _ compute: ComputePrecision, epochs: Int = 6,
    base: URL = Goldens.folder.appendingPathComponent("tiny"),
    weights: WeightPrecision? = .bfloat16, dropout: Double = 0
  ) throws {
    try TorchRuntime.setThreads(1)
    // The same values, held in the precision that every computation takes.
    let model = try DecoderModel(folder: base, precision: weights).computing(in: compute)
    let learner = try TinyTasks.method(method, model, dropout: dropout)
    _ = try learner.begin(TinyTasks.identities[0])
    let training = try TinyTasks.training(
      TinyTasks.identities[1], model, learner, options: options(rate: 3e-3, epochs: epochs, clip: 0))
    try withoutGradients {
      let noise = try Tensor(uninitialized: [training.parameters.count])
      try Generator(seed: 2).fillNormal(noise, deviation: 0.05)
      try training.parameters.values.addInPlace(noise)
    }
    let first = try #require(try training.step())
    firstLoss = first.loss
    firstGradients = try training.parameters.gradients.cloned()
    var losses = [first.loss]
    while let report = try training.step() { losses.append(report.loss) }
    let last = losses.suffix(3)
    finalLoss = last.reduce(0, +) / Double(max(last.count, 1))
  }

  /// Of the whole first gradients.
  func cosine(to other: PlannedTraining) throws -> Double {
    let dot = try (firstGradients * other.firstGradients).sum().item()
    return dot / (try firstGradients.norm().item() * other.firstGradients.norm().item())
  }
}
