import Decoder
import Experts
import Files
import Foundation
import Learning
import ModelConfiguration
import Records
import Runs
import Streams
import Torch

/// How fast does a task learn? Steps of ``TaskTraining`` on given batches.
struct TrainMode {
  private struct Material: Decodable {
    struct Row: Decodable {
      let prompt: [Int]
      let answer: [Int]
    }
    let batches: [[Row]]
  }

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

  init(_ arguments: Arguments) throws {
    started = arguments.started
    warmUp = try arguments.number("warm-up", or: 3)
    let material = try JSONFile.read(Material.self, from: arguments.file("material"))
    let model = try arguments.model()
    compute = model.compute
    var examples: [EncodedExample] = []
    var plan: [[Int]] = []
    for batch in material.batches {
      plan.append(Array(examples.count..<examples.count + batch.count))
      for row in batch {
        examples.append(
          EncodedExample(
            index: examples.count, promptIds: row.prompt, answerIds: row.answer, labelIndex: nil, droppedTokens: 0))
      }
    }
    let work = try arguments.text("method")
    let shape = try LowRankShape(
      projections: work == "lora-all" ? Projection.allCases : LowRankShape.feedForwardProjections)
    let context = MethodContext(base: model.configuration, device: .cpu, shape: shape, seed: 0)
    let name = work == MoECL.name ? MoECL.name : Sequential.name
    let method = try MethodCatalog.make(name, context)
    // MoE-CL learns its second task, so that its adversary has something to do.
    let before = try arguments.number("tasks-before", or: name == MoECL.name ? 1 : 0)
    for index in 0..<max(before, 0) {
      let earlier = TaskIdentity(name: "task \(index)", index: index)
      _ = try method.begin(earlier, on: TaskProbe(earlier, examples: [], model: model, seed: 0))
    }
    var options = TrainingOptions()
    options.epochs = 100_000
    options.gradientCheckpointing = try arguments.number("checkpointing", or: 0) == 1
    let batches = plan
    training = try TaskTraining(
      TaskTraining.Material(
        task: TaskIdentity(name: "learned", index: max(before, 0)), examples: examples, labels: 0
      ) { _ in
        batches
      }, model: model, method: method, heads: nil, options: options, seed: 0)
  }

  func run() throws {
    let first = try training.step()
    let seconds = Date().timeIntervalSince1970 - started
    for _ in 1..<max(warmUp, 1) { _ = try training.step() }
    try Rounds.say(
      Facts(
        libtorch: TorchRuntime.version, threads: TorchRuntime.threads, compute: compute,
        firstLoss: first?.terms["task"] ?? .nan,
        secondsToFirstStep: seconds, trainedParameters: training.parameters.values.count))
    while let steps = try Rounds.next() {
      var (tokens, loss) = (0, 0.0)
      let before = Rounds.cpuSeconds()
      let seconds = try Rounds.seconds {
        for _ in 0..<steps {
          let report = try training.step()
          tokens += report?.tokens ?? 0
          loss = report?.terms["task"] ?? .nan
        }
      }
      try Rounds.say(
        Figures(
          steps: steps, tokens: tokens, seconds: seconds, cpuSeconds: Rounds.cpuSeconds() - before, loss: loss,
          peakRssBytes: ProcessMemory.peakResidentBytes))
    }
  }
}
