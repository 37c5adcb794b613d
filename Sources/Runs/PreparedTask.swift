import Decoder
import Experts
public import Learning
public import Streams
import Tokenization

/// A task whose rows are selected and encoded.
public struct PreparedTask: Sendable {
  public let identity: TaskIdentity
  public let task: LearningTask
  public let training: [EncodedExample]
  public let evaluated: [EncodedExample]
  /// Answer tokens of each label, the end token last.
  public let labelIds: [[Int]]

  /// - Throws: `StreamError`; `LearningError.unsupported` for free answers.
  public init(_ task: LearningTask, arrival: Int, base: Base, configuration: RunConfiguration) throws {
    guard task.kind == .classification else {
      throw LearningError.unsupported(
        what: "task `\(task.name)`: answers that are no labels",
        fix: "Use at most \(JSONLReader.mostAnswers) different answers, each at least twice in the training rows.")
    }
    let rows = try RowSelection(
      of: task, perClass: configuration.perClass, evaluation: configuration.evaluateOn, limit: configuration.testLimit,
      seed: configuration.seed)
    let encoder = try PromptEncoder(
      task: task, tokenizer: base.tokenizer, endToken: base.endToken,
      maxLength: min(configuration.training.maxLength, base.model.configuration.maxPositions))
    self.task = task
    identity = TaskIdentity(name: task.name, arrival: arrival)
    training = try rows.training.map { try encoder.encode(task.train[$0]) }
    let pool = rows.evaluation == .test ? task.test : task.train
    evaluated = try rows.evaluated.map { try encoder.encode(pool[$0]) }
    labelIds = encoder.labelIds
  }

  var counts: Manifest.RowCounts {
    let all = training + evaluated
    let worst = all.enumerated().filter { $1.droppedTokens > 0 }.map { number, example in
      Manifest.TruncatedRow(
        row: example.index, isTrained: number < training.count, droppedTokens: example.droppedTokens)
    }.sorted { ($1.droppedTokens, $0.row) < ($0.droppedTokens, $1.row) }
    return Manifest.RowCounts(
      trained: training.count, scored: evaluated.count, truncated: worst.count,
      droppedTokens: all.reduce(0) { $0 + $1.droppedTokens }, mostTruncated: Array(worst.prefix(3)))
  }
}
