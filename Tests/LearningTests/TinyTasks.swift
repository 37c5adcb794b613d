import Decoder
import Experts
import Learning
import Randomness
import Records
import Streams
import Torch

/// Small tasks of random prompts on the tiny checkpoint, whose label is told by one token of the prompt.
enum TinyTasks {
  static let identities = (0..<3).map { TaskIdentity(name: "tiny\($0)", index: $0) }
  static let methods = MethodCatalog.names

  /// Answer tokens of the labels of a task; token 0 is the end.
  static func labels(_ task: TaskIdentity) -> [[Int]] {
    [[10 + task.index, 0], [20 + task.index, 30, 0], [40 + task.index, 0]]
  }

  static func examples(_ task: TaskIdentity, count: Int = 12) -> [EncodedExample] {
    var stream = RandomStream(seed: 7, "tiny", task.name)
    return (0..<count).map { index in
      let label = index % 3
      let filler = (0..<(1 + stream.below(6))).map { _ in 50 + stream.below(40) }
      return EncodedExample(
        index: index, promptIds: filler + [4 + label], answerIds: labels(task)[label], labelIndex: label,
        droppedTokens: 0)
    }
  }

  static func context(
    _ model: DecoderModel, mode: AdversaryMode = .isolated, dropout: Double = 0.1, seed: UInt64 = 3,
    options: [String: HyperparameterValue] = [:]
  ) throws -> MethodContext {
    let adversary: [String: HyperparameterValue] = mode == .isolated ? [:] : ["adversary": .choice(mode.rawValue)]
    return MethodContext(
      base: model.configuration, device: .cpu, shape: try LowRankShape(rank: 4, alpha: 8, dropout: dropout), seed: seed,
      tasks: identities.count, options: options.merging(adversary) { given, _ in given })
  }

  static func method(
    _ name: String, _ model: DecoderModel, mode: AdversaryMode = .isolated, dropout: Double = 0.1, seed: UInt64 = 3,
    options: [String: HyperparameterValue] = [:]
  ) throws -> any ContinualMethod {
    // No other method has an adversary with modes.
    let mode = name == MoECL.name ? mode : .isolated
    return try MethodCatalog.make(name, context(model, mode: mode, dropout: dropout, seed: seed, options: options))
  }

  static func training(
    _ task: TaskIdentity, _ model: DecoderModel, _ method: any ContinualMethod, heads: TaskHeads? = nil,
    options: TrainingOptions, seed: UInt64 = 3, examples: [EncodedExample]? = nil, remembered: [EncodedExample] = [],
    plan: (@Sendable (Int) -> [[Int]])? = nil
  ) throws -> TaskTraining {
    try TaskTraining(
      .init(task: task, examples: examples ?? self.examples(task), labels: 3, remembered: remembered, plan: plan),
      model: model, method: method, heads: heads, options: options, seed: seed)
  }
}

extension ContinualMethod {
  /// A task arrives.
  func begin(_ task: TaskIdentity) throws -> [FlatParameters.Parameter] {
    try begin(task, on: TaskProbe(task, examples: TinyTasks.examples(task), model: Goldens.model(), seed: 3))
  }

  /// A pass in the middle of a task.
  func trainingPass(_ task: TaskIdentity, over batch: TokenBatch, dropout: DropoutStream) throws -> TrainingPass {
    try trainingPass(task, over: batch, in: StepContext(dropout: dropout, progress: 0.5))
  }
}

extension TrainingPass {
  /// Its loss terms, where these read nothing of what came out of the base.
  func terms() throws -> [LossTerm] {
    let nothing = try Tensor.zeros([1, 1])
    return try lossTerms(
      TrainingOutputs(nothing, of: TokenBatch([[0]]), at: TokenIndices([0]), model: Goldens.model()))
  }
}

extension DecoderModel {
  /// Every tensor of the base.
  func allTensors() throws -> [String: Tensor] {
    var result = [
      "embedding": try embedding.dequantized(), "norm": finalNorm, "lmHead": try lmHead.dequantized(),
    ]
    for (index, layer) in layers.enumerated() {
      let (attention, block) = (layer.attention, layer.feedForward)
      let matrices = [
        attention.query, attention.own?.key, attention.own?.value, attention.output, block.common?.gate,
        block.common?.up, block.common?.down,
      ].compactMap(\.self)
      let tensors = try [layer.attentionNorm, layer.feedForwardNorm] + matrices.map { try $0.dequantized() }
      for (number, tensor) in tensors.enumerated() { result["layers.\(index).\(number)"] = tensor }
    }
    return result
  }
}
