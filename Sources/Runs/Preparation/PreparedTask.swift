import Decoder
import Experts
import Files
public import Generation
public import Learning
import ModelConfiguration
public import Records
public import Streams
import TaskModels
import Tokenization

/// A task whose rows are selected and encoded.
public struct PreparedTask: Sendable {
  public let identity: TaskIdentity
  public let task: LearningTask
  public let training: [EncodedExample]
  public let evaluated: [EncodedExample]
  /// Neither trained on nor scored: what label scores and closed-form head are weighed on.
  public let combining: [EncodedExample]
  /// Answer tokens of each label, the end token last.
  public let labelIds: [[Int]]
  /// What an answer is worth.
  public let key: AnswerKey
  /// The most new tokens of a written answer: those of the longest training answer. 0 for labels.
  public let answerTokens: Int
  /// Training answers that were cut.
  private let cutAnswers: Int

  /// - Throws: `StreamError`; `LearningError.unsupported` for free answers with another output head than `label`;
  ///   `TaskModelError.tooFewExamples` for a closed-form head.
  public init(
    _ task: LearningTask, index: Int, base: Base, configuration: RunConfiguration, suite: any TaskSuite
  ) throws {
    let isWritten = task.kind == .generation
    let outputHead = configuration.outputHead
    if isWritten, outputHead != .label {
      throw LearningError.unsupported(
        what: "task `\(task.name)`: the output head `\(outputHead.rawValue)` for free answers, which are not labels,",
        fix: "Let the model write them: --output-head label.")
    }
    let rows = try RowSelection(
      of: task, perClass: configuration.perClass, trainLimit: configuration.trainLimit,
      evaluation: configuration.evaluateOn, limit: configuration.testLimit, combining: outputHead == .both,
      seed: configuration.seed)
    let maxLength = min(configuration.training.maxLength, base.model.configuration.maxPositions)
    let encoder = try PromptEncoder(
      task: task, tokenizer: base.tokenizer, endToken: base.endToken, maxLength: maxLength,
      answerLimit: configuration.maxAnswerTokens ?? maxLength / 2)
    self.task = task
    key = try AnswerKey(task, rows, suite: suite, scorer: configuration.source.scorer)
    identity = TaskIdentity(name: task.name, index: index)
    training = try rows.training.map { try encoder.encode(task.train[$0]) }
    combining = try rows.combining.map { try encoder.encode(task.train[$0]) }
    if outputHead.hasRidge, training.count < 2 {
      throw TaskModelError.tooFewExamples(
        what: "task `\(task.name)`: a closed-form head", got: training.count, needed: 2)
    }
    let answerTokens = isWritten ? training.map(\.answerIds.count).max() ?? 0 : 0
    evaluated = try key.rows.map { try encoder.encode($0, leaving: answerTokens) }
    labelIds = encoder.labelIds
    self.answerTokens = answerTokens
    cutAnswers = isWritten ? training.count { $0.answerIds.last != base.endToken } : 0
  }

  /// How the task is scored, for the manifest.
  func scoring(notes: [String]) -> Manifest.Scoring {
    key.record(answerTokens: task.kind == .generation ? answerTokens : nil, notes: notes)
  }

  /// - Throws: `FileError`.
  func counts() throws -> Manifest.RowCounts {
    let all = training + evaluated
    let worst = all.enumerated().filter { $1.droppedTokens > 0 }.map { number, example in
      Manifest.TruncatedRow(
        row: example.index, isTrained: number < training.count, droppedTokens: example.droppedTokens)
    }.sorted { ($1.droppedTokens, $0.row) < ($0.droppedTokens, $1.row) }
    let chosen = [training, evaluated] + (combining.isEmpty ? [] : [combining])
    return Manifest.RowCounts(
      trained: training.count, scored: evaluated.count, combining: combining.isEmpty ? nil : combining.count,
      truncated: worst.count,
      droppedTokens: all.reduce(0) { $0 + $1.droppedTokens }, mostTruncated: Array(worst.prefix(3)),
      cutAnswers: cutAnswers > 0 ? cutAnswers : nil,
      selection: Digest(of: try JSONFile.encode(chosen.map { $0.map(\.index) }, pretty: false)))
  }
}
