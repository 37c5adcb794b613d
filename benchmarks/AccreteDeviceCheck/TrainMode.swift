import BenchmarkSupport
import Decoder
import Experts
import Foundation
import Learning
import ModelConfiguration
import Records
import Streams
import Torch

/// How fast does a task learn on the device, and in how much memory?
struct TrainMode {
  private struct Facts: Encodable {
    let libtorch: String
    let device: String
    let method: String
    let weights: String
    let compute: ComputePrecision
    let attention: String
    let kernels: String
    let rank: Int
    let checkpointing: Bool
    let layers: Int
    let trainedParameters: Int
    let tokensPerStep: Double
    let steps: Int
    /// Real tokens of the median step by its time; the first two steps do not count.
    let tokensPerSecond: Double
    let stepSeconds: [Double]
    let secondsToLoad: Double
    let losses: [Double]
    let peakBytes: Int
    let memory: MemoryFigures
  }

  let arguments: CommandWords
  let device: Device
  private static let unmeasured = 2

  func run() throws {
    try MemoryFigures.reset(device)
    var loaded: DecoderModel?
    let secondsToLoad = try Answer.seconds(on: device) { loaded = try arguments.model() }
    guard let model = loaded else { return }
    try measure(model, arguments.file("material"), checkpointing: arguments.has("checkpointing"), secondsToLoad)
    // Loading takes longer than measuring: a second measurement is made with the same model, and is a line of its own.
    if arguments.has("checkpointed") {
      try measure(model, arguments.file("checkpointed"), checkpointing: true, secondsToLoad)
    }
  }

  private func measure(_ model: DecoderModel, _ file: URL, checkpointing: Bool, _ secondsToLoad: Double) throws {
    try MemoryFigures.reset(device)
    let name = arguments.text("method", or: "lora")
    let rank = try arguments.number("rank", or: 16)
    let steps = max(try arguments.number("steps", or: 10), Self.unmeasured + 1)
    let material = try TrainingMaterial.read(file)
    let training = try Self.training(model, name, rank, material.examples, steps: steps, checkpointing: checkpointing)
    // The first step begins with a pass of the longest batch, which belongs to the peak, as it must fit.
    var (seconds, losses, tokens): ([Double], [Double], [Double]) = ([], [], [])
    for _ in 0..<steps {
      seconds.append(
        try Answer.seconds(on: device) {
          let report = try training.step()
          losses.append(report?.terms["task"] ?? .nan)
          tokens.append(Double(report?.tokens ?? 0))
        })
    }
    let rates = zip(tokens, seconds).dropFirst(Self.unmeasured).map { $0 / $1 }
    let memory = try MemoryFigures(device)
    try Answer.say(
      Facts(
        libtorch: TorchRuntime.version, device: device.description, method: name,
        weights: model.heldPrecision.rawValue, compute: model.compute, attention: model.plan.attention.rawValue,
        kernels: DeviceOperations.description(on: device), rank: rank, checkpointing: checkpointing,
        layers: model.configuration.layers, trainedParameters: training.parameters.count,
        tokensPerStep: Answer.median(tokens), steps: steps, tokensPerSecond: Answer.median(rates),
        stepSeconds: seconds, secondsToLoad: secondsToLoad, losses: losses, peakBytes: memory.compared, memory: memory))
  }

  /// - Parameter name: `lora` (on all seven projections, as the peer has it) or `moe-cl`, whose second task is learned: its adversary
  ///   has something to do then.
  private static func training(
    _ model: DecoderModel, _ name: String, _ rank: Int, _ material: (rows: [EncodedExample], plan: [[Int]]), steps: Int,
    checkpointing: Bool
  ) throws -> TaskTraining {
    guard name == "lora" || name == MoECL.name else {
      throw UsageError("--method: lora or \(MoECL.name) expected, got \(name)")
    }
    let isMixture = name == MoECL.name
    let shape = try LowRankShape(
      rank: rank, alpha: Double(2 * rank), dropout: 0.05,
      projections: isMixture ? LowRankShape.feedForwardProjections : Projection.allCases)
    return try MeasuredTraining.make(
      material, on: model, method: name, shape, tasksBefore: isMixture ? 1 : 0,
      epochs: steps / max(material.plan.count, 1) + 1, checkpointing: checkpointing)
  }
}
