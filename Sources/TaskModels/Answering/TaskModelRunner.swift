import Decoder
import Experts
import Foundation
public import Generation
import Learning
import ModelConfiguration
public import Streams
import Torch

/// Answers texts with one task model on one base.
///
/// On the CPU a text gets the same bits whatever it is answered with; on other devices its scores move by less than 1e-5 with the batch.
public struct TaskModelRunner {
  public let model: TaskModel
  let base: Base
  private let encoder: PromptEncoder
  let selection: LowRankSelection?
  let scores: LabelParts

  /// - Parameter model: The task model.
  /// - Parameter base: The base that it was learned on.
  /// - Throws: `StreamError`; `TorchError`.
  public init(_ model: TaskModel, on base: Base) throws {
    let base = base.computing(in: model.compute)
    self.model = model
    self.base = base
    encoder = try PromptEncoder(
      task: model.form.task(named: "task"), tokenizer: base.tokenizer, endToken: base.endToken,
      maxLength: min(model.form.maxLength, base.model.configuration.maxPositions),
      answerLimit: max(model.form.answerTokens, 1),
      chat: model.form.template.map { try base.chatForm(for: "the task", recorded: $0) })
    selection = model.expert.map { LowRankSelection($0) }
    scores = LabelParts(base, labelIds: encoder.labelIds)
  }

  /// A text as the model reads it; of a task that learned from conversations a `Conversation`'s text, see ``TaskForm/asking(_:)``.
  /// - Throws: `StreamError.prompt`; what the tokenizer throws.
  public func encoded(_ text: String, index: Int = 0) throws -> EncodedExample {
    // The answer is what is asked for: any label stands in its place.
    let example = Example(
      id: "\(index)", index: index, text: text, answer: model.form.anyAnswer)
    return try encoder.encode(example, leaving: model.form.kind == .answer ? model.form.answerTokens : nil)
  }

  /// Answers texts, in their order.
  ///
  /// - Parameter texts: Texts without instruction and cue, which belong to the task; as ``encoded(_:index:)`` takes them.
  /// - Parameter progress: Called with the number of texts that are answered; what it throws ends the work.
  /// - Throws: `StreamError`, `TorchError`, `DecoderError`.
  public func answers(_ texts: [String], progress: (Int) throws -> Void = { _ in }) throws -> [TaskAnswer] {
    try answers(texts.enumerated().map { try encoded($1, index: $0) }, progress: progress)
  }

  /// The same of texts that are token ids already.
  public func answers(
    _ examples: [EncodedExample], progress: (Int) throws -> Void = { _ in }
  ) throws -> [TaskAnswer] {
    guard model.form.kind != .answer else { return try written(examples, progress) }
    let evaluator = Evaluator(base.model)
    guard evaluator.hasBatchInvariantPass else { return try answersOfDevice(examples, progress) }
    guard let question else {
      try progress(examples.count)
      return try answers(examples, scores: examples.map { _ in nil })
    }
    let own = model.expert
    let scores = try evaluator.scores(
      examples, question, expert: { own.map { PreparedExpert($0) } }, progress: progress)
    return try answers(examples, scores: scores)
  }

  /// As an accelerator computes them.
  private func answersOfDevice(
    _ examples: [EncodedExample], _ progress: (Int) throws -> Void
  ) throws -> [TaskAnswer] {
    if let sets = model.labelSets {
      let parts = try scores.setParts(
        of: examples, expert: selection, head: sets.usesExpert ? model.trainedHead : nil,
        ridge: sets.usesRidge ? model.ridge : nil, progress: progress)
      return zip(examples, parts).map { answer($0, by: sets, $1) }
    }
    guard let combination = model.combination else { return try written(examples, progress) }
    let parts = try scores.parts(
      of: examples, expert: combination.expert > 0 ? selection : nil, usesExpert: combination.expert > 0,
      head: model.trainedHead, ridge: combination.ridge > 0 ? model.ridge : nil, progress: progress)
    return zip(examples, parts).map { answer($0, by: combination, $1) }
  }

  private func written(_ examples: [EncodedExample], _ progress: (Int) throws -> Void) throws -> [TaskAnswer] {
    let written = try Evaluator(base.model).written(
      examples, limit: model.form.answerTokens, experts: selection, progress: progress)
    return try zip(examples, written).map { example, written in
      TaskAnswer(
        text: try base.text(ofAnswer: written.ids), label: nil, probabilities: [], parts: nil,
        droppedTokens: example.droppedTokens, isCut: written.isCut, promptTokens: example.promptIds.count)
    }
  }
}
