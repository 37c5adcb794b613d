import Decoder
import Records
import Testing
import Torch

@testable import Learning

/// The second tiny task, before its first step, from values at which everything has a gradient.
struct SecondTask {
  let training: TaskTraining

  init(_ method: String, _ model: DecoderModel, dropout: Double = 0, options: TrainingOptions) throws {
    try TorchRuntime.setThreads(1)
    let learner = try TinyTasks.method(method, model, dropout: dropout)
    _ = try learner.begin(TinyTasks.identities[0])
    training = try TinyTasks.training(TinyTasks.identities[1], model, learner, options: options)
    try withoutGradients {
      let noise = try Tensor(uninitialized: [training.parameters.count])
      try Generator(seed: 2).fillNormal(noise, deviation: 0.05)
      try training.parameters.values.addInPlace(noise)
    }
  }

  /// What one step finds.
  struct Step {
    let report: StepReport
    let gradients: Tensor
  }

  func step() throws -> Step {
    let report = try #require(try training.step())
    return Step(report: report, gradients: try training.parameters.gradients.cloned())
  }
}

extension Tensor {
  /// The cosine of two gradients' directions.
  func cosine(to other: Tensor) throws -> Double {
    try (self * other).sum().item() / (norm().item() * other.norm().item())
  }
}
