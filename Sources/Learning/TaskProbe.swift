public import Decoder
import Experts
import ModelConfiguration
import Randomness
public import Streams
public import Torch

/// What a method may look at of the task that is being learned, beside the batches that train it: the training rows through
/// the base, and through experts that it proposes. Everything is measured without dropout.
public struct TaskProbe {
  public let model: DecoderModel
  public let examples: [EncodedExample]
  /// Rows of earlier tasks, for a method whose ``ContinualMethod/trainingRows`` are ``TrainingRows/remembering(rows:)``.
  public let remembered: [EncodedExample]
  private let seed: UInt64
  private let task: TaskIdentity
  /// What answers in the task's own loss; `nil`: the vocabulary. [labels, hidden]
  private let head: Tensor?

  /// - Parameters:
  ///   - task: What is learned.
  ///   - examples: Its training rows.
  ///   - remembered: Rows of earlier tasks that may be looked at.
  ///   - model: The frozen base.
  ///   - seed: Decides which rows are looked at where not all are.
  ///   - head: Of the output head `trained`, [labels, hidden]; `nil`: answers are read from the vocabulary.
  public init(
    _ task: TaskIdentity, examples: [EncodedExample], remembered: [EncodedExample] = [], model: DecoderModel,
    seed: UInt64, head: Tensor? = nil
  ) {
    self.task = task
    self.examples = examples
    self.remembered = remembered
    self.model = model
    self.seed = seed
    self.head = head
  }

  /// Up to `count` rows: always the same ones, drawn with the stream `SEED/lesson/TASK`.
  public func sample(_ count: Int) -> [EncodedExample] {
    var numbers = Array(examples.indices)
    var stream = RandomStream(seed: seed, "lesson", task.name)
    stream.shuffle(&numbers)
    return numbers.prefix(count).sorted().map { examples[$0] }
  }

  /// What a router sees of training rows; `nil`: of all. [rows, hidden]
  public func features(_ view: RequestView, of rows: [EncodedExample]? = nil) throws -> Tensor {
    try RequestFeatures(model, view: view).features(rows ?? examples)
  }

  /// The mean over each row's tokens of what enters feed-forward blocks, under experts. [rows, hidden] of each of the base's `commonLayers`
  public func pooledInputs(of rows: [EncodedExample], under experts: (any ExpertSelection)?) throws -> [Tensor] {
    var parts: [[Tensor]] = []
    try eachBatch(rows) { batch in
      let meter = InputMeter(experts, pooling: try PoolingWeights(batch.tokens))
      _ = try model.packedStates(batch.tokens, experts: meter)
      parts.append(meter.means)
    }
    return try model.configuration.commonLayers.indices.map { position in
      try Tensor.concatenated(parts.map { $0[position] })
    }
  }

  /// The mean −log p of the answer's tokens over up to `rows` rows.
  public func loss(under experts: (any ExpertSelection)?, rows: Int) throws -> Double {
    var (sum, count) = (0.0, 0)
    try eachBatch(sample(rows)) { batch in
      let states = try model.packedStates(batch.tokens, experts: experts, at: batch.positions)
      sum += try model.answerLoss(states, targets: batch.targets).sum.value()
      count += batch.targetCount
    }
    return sum / Double(max(count, 1))
  }

  /// Gradients of the task's own loss, batch by batch: the mean over the batch's answer tokens, or over its rows under a head. Neither
  /// model nor head is moved.
  ///
  /// - Parameters:
  ///   - pass: The experts of each batch: as in training, but called for every batch.
  ///   - tensors: Where gradients are collected; they are set to zero before each batch and at the end.
  ///   - rows: How many rows at most.
  ///   - batch: Rows whose gradients come as one.
  ///   - body: Called after each batch, when `tensors` hold the gradients.
  public func gradients(
    of pass: (TokenBatch) throws -> TrainingPass, in tensors: [Tensor], rows: Int, batch: Int = 8,
    _ body: () throws -> Void
  ) throws {
    try gradients(of: pass, in: tensors, over: sample(rows), batch: batch, body)
  }

  /// The same over given rows.
  public func gradients(
    of pass: (TokenBatch) throws -> TrainingPass, in tensors: [Tensor], over chosen: [EncodedExample], batch: Int = 8,
    _ body: () throws -> Void
  ) throws {
    func forget() throws { for tensor in tensors { try tensor.gradient?.fillInPlace(0) } }
    for start in stride(from: 0, to: chosen.count, by: max(batch, 1)) {
      try forget()
      let part = try TrainingBatch(
        Array(chosen[start..<min(start + max(batch, 1), chosen.count)]), on: model.device,
        rounding: model.rounding)
      let pass = try pass(part.tokens)
      let states = try model.tracedStates(
        part.tokens, experts: pass.selection, at: head == nil ? part.positions : part.promptEnds)
      let count = head == nil ? part.targetCount : part.tokens.sequenceCount
      let loss =
        try head.map { try model.headLoss(states.value, part, head: $0.detached(), scale: 1) }
        ?? model.answerLoss(states.value, targets: part.targets)
      _ = try states.pullback?(loss.gradient * (1 / Double(max(count, 1))), false)
      try pass.collectGradients()
      try body()
    }
    try forget()
  }

  /// Batches in the order of `rows`, of bounded size.
  private func eachBatch(_ rows: [EncodedExample], _ body: (TrainingBatch) throws -> Void) throws {
    guard !rows.isEmpty else { throw LearningError.withoutRows(task) }
    try withoutGradients {
      for group in TokenBudget.standard.groups(rows.map(\.tokenCount)) {
        try body(TrainingBatch(group.map { rows[$0] }, on: model.device, rounding: model.rounding))
      }
    }
  }
}
