import BenchmarkSupport
import Decoder
import Experts
import Files
import Foundation
import Learning
import ModelConfiguration
import Records
import Streams
import Torch

/// How fast does a task learn? Steps of ``TaskTraining`` on given batches.
struct TrainMode {
  private struct Facts: Encodable {
    let libtorch: String
    let threads: Int
    let compute: ComputePrecision
    let firstLoss: Double
    let secondsToFirstStep: Double
    let trainedParameters: Int
  }

  private struct Figures: Encodable {
    let steps: Int
    /// Real tokens: padding is not counted.
    let tokens: Int
    let seconds: Double
    /// Of all threads, the system's among it: it changes less with what else the machine does.
    let cpuSeconds: Double
    let loss: Double
    let peakRssBytes: Int
  }

  private let started: Double
  private let warmUp: Int
  private let compute: ComputePrecision
  private let training: TaskTraining

  init(_ arguments: CommandWords) throws {
    started = arguments.started
    warmUp = try arguments.number("warm-up", or: 3)
    let material = try TrainingMaterial.read(arguments.file("material"))
    let model = try arguments.model()
    compute = model.compute
    let work = try arguments.text("method")
    let shape = try LowRankShape(
      projections: work == "lora-all" ? Projection.allCases : LowRankShape.feedForwardProjections)
    training = try MeasuredTraining.make(
      material.examples, on: model, method: work, shape,
      tasksBefore: arguments.number("tasks-before", or: work == MoECL.name ? 1 : 0), epochs: 100_000,
      checkpointing: arguments.number("checkpointing", or: 0) == 1)
  }

  func run() throws {
    let first = try training.step()
    let seconds = Date().timeIntervalSince1970 - started
    for _ in 1..<max(warmUp, 1) { _ = try training.step() }
    try JSONLine.say(
      Facts(
        libtorch: TorchRuntime.version, threads: TorchRuntime.threads, compute: compute,
        firstLoss: first?.terms["task"] ?? .nan,
        secondsToFirstStep: seconds, trainedParameters: training.parameters.values.count))
    while let steps = try Rounds.next() {
      var (tokens, loss) = (0, 0.0)
      let before = Rounds.cpuSeconds()
      let seconds = try Stopwatch.seconds {
        for _ in 0..<steps {
          let report = try training.step()
          tokens += report?.tokens ?? 0
          loss = report?.terms["task"] ?? .nan
        }
      }
      try JSONLine.say(
        Figures(
          steps: steps, tokens: tokens, seconds: seconds, cpuSeconds: Rounds.cpuSeconds() - before, loss: loss,
          peakRssBytes: ProcessMemory.peakResidentBytes))
    }
  }
}
