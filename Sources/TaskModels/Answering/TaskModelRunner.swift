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
  /// Cuts texts into what it reads.
  public let textEncoder: TaskTextEncoder
  let selection: LowRankSelection?
  let scores: LabelParts

  /// - Parameter model: The task model.
  /// - Parameter base: The base that it was learned on.
  /// - Throws: `StreamError`; `TorchError`.
  public init(_ model: TaskModel, on base: Base) throws {
    let base = base.computing(in: model.compute)
    self.model = model
    self.base = base
    textEncoder = try TaskTextEncoder(model.form, on: base)
    selection = model.expert.map { LowRankSelection($0) }
    scores = LabelParts(base, labelIds: textEncoder.labelIds)
  }

  /// A text as the model reads it, as ``TaskTextEncoder/encoded(_:index:)`` says.
  public func encoded(_ text: String, index: Int = 0) throws -> EncodedExample {
    try textEncoder.encoded(text, index: index)
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
