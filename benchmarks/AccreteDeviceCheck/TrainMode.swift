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

  private let arguments: CheckArguments
  private let device: Device
  private let steps: Int
  private static let unmeasured = 2

  init(_ arguments: CheckArguments) throws {
    self.arguments = arguments
    device = try arguments.device
    steps = max(try arguments.number("steps", or: 10), Self.unmeasured + 1)
  }

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
    let material = try Material.read(file)
    let training = try Self.training(
      model, name, rank, material.examples, steps: steps, checkpointing: checkpointing, device)
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
    checkpointing: Bool, _ device: Device
  ) throws -> TaskTraining {
    guard name == "lora" || name == MoECL.name else {
      throw CheckUsageError("--method: lora or \(MoECL.name) expected, got \(name)")
    }
    let isMixture = name == MoECL.name
    let shape = try LowRankShape(
      rank: rank, alpha: Double(2 * rank), dropout: 0.05,
      projections: isMixture ? LowRankShape.feedForwardProjections : Projection.allCases)
    let context = MethodContext(base: model.configuration, device: device, shape: shape, seed: 0)
    let method = try MethodCatalog.make(isMixture ? name : Sequential.name, context)
    if isMixture {
      let earlier = TaskIdentity(name: "task 0", index: 0)
      _ = try method.begin(earlier, on: TaskProbe(earlier, examples: [], model: model, seed: 0))
    }
    var options = TrainingOptions()
    options.epochs = steps / max(material.plan.count, 1) + 1
    options.gradientCheckpointing = checkpointing
    let plan = material.plan
    return try TaskTraining(
      TaskTraining.Material(
        task: TaskIdentity(name: "learned", index: isMixture ? 1 : 0), examples: material.rows, labels: 0
      ) { _ in
        plan
      }, model: model, method: method, heads: nil, options: options, seed: 0)
  }
}
