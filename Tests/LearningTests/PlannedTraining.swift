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
    let task = try SecondTask(
      method, model, dropout: dropout, options: options(rate: 3e-3, epochs: epochs, clip: 0))
    let first = try task.step()
    firstLoss = first.report.loss
    firstGradients = first.gradients
    var losses = [first.report.loss]
    while let report = try task.training.step() { losses.append(report.loss) }
    let last = losses.suffix(3)
    finalLoss = last.reduce(0, +) / Double(max(last.count, 1))
  }

  /// Of the whole first gradients.
  func cosine(to other: PlannedTraining) throws -> Double {
    try firstGradients.cosine(to: other.firstGradients)
  }
}
