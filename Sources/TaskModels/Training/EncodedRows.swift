import Decoder
import Files
import Foundation
public import Generation
import ModelConfiguration
public import Streams

/// The rows of a task as token ids, by what they are for, and how the task is asked.
public struct EncodedRows: Sendable {
  public let form: TaskForm
  /// What is learned.
  public let learn: [EncodedExample]
  /// What choices rest on.
  public let choose: [EncodedExample]
  /// The right answers of the choose rows.
  let chooseRows: [Example]
  /// The answer tokens of each label, the end token last.
  let labelIds: [[Int]]
  /// SHA-256 of everything that training sees.
  let digest: Digest

  /// - Parameter examples: The rows.
  /// - Parameter base: The base.
  /// - Parameter options: How the task is learned.
  /// - Throws: `StreamError`; what the tokenizer throws.
  public init(_ examples: TaskExamples, on base: Base, options: LearnOptions) throws {
    try options.validate()
    let maxLength = min(options.maxLength, base.model.configuration.maxPositions)
    let chat = examples.areConversations ? try base.chatForm(for: "task \(examples.task.name)") : nil
    let encoder = try PromptEncoder(
      task: examples.task, tokenizer: base.tokenizer, endToken: base.endToken, maxLength: maxLength,
      answerLimit: options.maxAnswerTokens ?? maxLength / 2, chat: chat)
    for example in chat == nil ? [] : examples.learn + examples.choose { try encoder.requireWritten(example) }
    learn = try examples.learn.map { try encoder.encode($0) }
    let isLabel = examples.task.kind != .generation
    let answerTokens = isLabel ? 0 : learn.map(\.answerIds.count).max() ?? 1
    choose = try examples.choose.map { try encoder.encode($0, leaving: isLabel ? nil : answerTokens) }
    chooseRows = examples.choose
    labelIds = encoder.labelIds
    form = TaskForm(
      kind: TaskForm.Kind(examples.task.kind), instruction: examples.task.instruction, cue: examples.task.cue,
      labels: examples.task.labels, maxLength: options.maxLength, answerTokens: answerTokens,
      template: chat?.record)
    var parts: [Data] = [try JSONFile.encode(form, pretty: false), try JSONFile.encode(options, pretty: false)]
    for rows in [learn, choose] {
      parts.append(try JSONFile.encode(rows.map { [$0.promptIds, $0.answerIds] }, pretty: false))
    }
    // Where its numbers are those of the files, nothing is said of it, as before it was.
    let rounding = base.model.roundedTo.map { " \($0.rawValue)" } ?? ""
    parts.append(Data("\(base.model.digest) \(base.tokenizerDigest)\(rounding)".utf8))
    if form.kind == .severalLabels {
      parts.append(try JSONFile.encode([learn, choose].map { $0.map { $0.labelIndices ?? [] } }, pretty: false))
    }
    digest = Digest(of: Data(try JSONFile.encode(parts.map { Digest(of: $0) }, pretty: false)))
  }
}
