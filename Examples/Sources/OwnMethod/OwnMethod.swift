import Decoder
import Experts
import Foundation
import Generation
import Learning
import Records
import Streams

/// A continual-learning method of your own (`Inheriting.swift`) on the one trainer: two tasks, one after the other.
///
/// `swift run own-method [BASE]`, in `Examples/`. BASE is a Hugging Face folder; without it, it is the small embedded base.
@main enum OwnMethod {
  static func main() throws {
    let folder = CommandLine.arguments.dropFirst().first ?? "../Sources/accrete/Resources/base/seedling"
    let base = try Base(folder: URL(fileURLWithPath: folder))
    let method = try Inheriting(
      MethodContext(
        base: base.model.configuration, device: base.model.device, shape: LowRankShape(rank: 4, alpha: 8, dropout: 0),
        seed: 0))
    var options = TrainingOptions()
    options.epochs = 14
    options.learningRate = 5e-3

    var learned: [(identity: TaskIdentity, task: LearningTask)] = []
    for (number, task) in [teams(), moods()].enumerated() {
      let identity = TaskIdentity(name: task.name, index: number)
      let encoder = try encoder(of: task, on: base)
      let training = try TaskTraining(
        .init(task: identity, examples: task.train.map { try encoder.encode($0) }, labels: task.labels.count),
        model: base.model, method: method, heads: nil, options: options, seed: 0)
      var terms: [String: Double] = [:]
      while let step = try training.step() { terms = step.terms }
      try training.finish()
      print(
        "\(task.name): \(terms.sorted { $0.key < $1.key }.map { "\($0.key) \(short($0.value))" }.joined(separator: ", "))"
      )

      learned.append((identity, task))
      for earlier in learned {
        let share = try accuracy(of: earlier.task, under: method.selection(for: earlier.identity), on: base)
        print("  after \(task.name): \(earlier.task.name) \(short(share))")
      }
    }
  }

  private static func encoder(of task: LearningTask, on base: Base) throws -> PromptEncoder {
    try PromptEncoder(task: task, tokenizer: base.tokenizer, endToken: base.endToken, maxLength: 64)
  }

  /// The share of test rows whose most probable label is the right one.
  private static func accuracy(
    of task: LearningTask, under experts: (any ExpertSelection)?, on base: Base
  ) throws -> Double {
    let encoder = try encoder(of: task, on: base)
    return try Evaluator(base.model).predictions(
      task.test.map { try encoder.encode($0) }, labels: encoder.labelIds, head: nil, experts: experts
    ).accuracy
  }

  private static func short(_ value: Double) -> String { String(format: "%.3f", value) }

  // MARK: Rows

  private static func teams() -> LearningTask {
    task(
      "teams", "Which team is this for?",
      [
        "billing": ["Refund the invoice", "The invoice is wrong", "I paid the invoice twice"],
        "delivery": ["The parcel never arrived", "Where is my parcel", "The parcel is late"],
      ])
  }

  private static func moods() -> LearningTask {
    task(
      "moods", "How does this person feel?",
      [
        "angry": ["This is a disgrace", "I hate this shop", "Never again, you fools"],
        "happy": ["Thank you so much", "I love this shop", "What a lovely surprise"],
      ])
  }

  /// A task of texts by label; each text with one ending is for the test.
  private static func task(_ name: String, _ instruction: String, _ texts: [String: [String]]) -> LearningTask {
    func examples(_ endings: [String]) -> [Example] {
      var rows: [(text: String, label: String)] = []
      for (label, texts) in texts.sorted(by: { $0.key < $1.key }) {
        for text in texts { rows += endings.map { ("\(text) \($0)", label) } }
      }
      return rows.enumerated().map { Example(id: "\(name)/\($0)", index: $0, text: $1.text, answer: $1.label) }
    }
    return LearningTask(
      name: name, instruction: instruction, cue: "Answer:", labels: texts.keys.sorted(),
      train: examples(["today.", "again.", "now."]), test: examples(["at last."]))
  }
}
