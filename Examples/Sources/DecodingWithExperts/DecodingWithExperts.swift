import Decoder
import Experts
import Foundation
import Generation
import Learning
import Records
import Streams

/// Texts that are written together, each under its own expert of one base.
///
/// `swift run decoding-with-experts [BASE]`, in `Examples/`. BASE is a Hugging Face folder; without it, it is the small embedded base.
@main enum DecodingWithExperts {
  static func main() throws {
    let folder = CommandLine.arguments.dropFirst().first ?? "../Sources/accrete/Resources/base/seedling"
    let model = try LanguageModel(folder: URL(fileURLWithPath: folder))
    print("base alone:", try model.text(after: "The parcel", options: GenerationOptions(maxTokens: 8)).text)

    // Two experts for the same prompts: one says which team a text is for, the other how its writer feels.
    let team = try expert(
      "team", of: ["My parcel is late, you fools.": "delivery", "Thank you, the invoice is right.": "billing"],
      on: model.base)
    let mood = try expert(
      "mood", of: ["My parcel is late, you fools.": "angry", "Thank you, the invoice is right.": "happy"],
      on: model.base)

    // One batch: each step multiplies the base's matrices once, for all three.
    let prompt = try model.ids(of: "My parcel is late, you fools.")
    let options = GenerationOptions(maxTokens: 8)
    let session = TextSession(model.base.model, model.base.tokenizer)
    let numbers = try session.add([
      DecodingSession.Request(prompt, options: options, expert: team),
      DecodingSession.Request(prompt, options: options, expert: mood),
      DecodingSession.Request(prompt, options: options),
    ])
    var names = Dictionary(uniqueKeysWithValues: zip(numbers, ["team", "mood", "base"]))
    var texts: [String: GeneratedText] = [:]
    while !session.isEmpty {
      for event in try session.step() {
        if let text = event.result, let name = names[event.sequence] { texts[name] = text }
      }
      // A sequence joins while the others are under way.
      if !names.values.contains("late") {
        let late = try model.ids(of: "Thank you, the invoice is right.")
        for number in try session.add([DecodingSession.Request(late, options: options, expert: mood)]) {
          names[number] = "late"
        }
      }
    }
    for (name, text) in texts.sorted(by: { $0.key < $1.key }) { print("\(name):\(text.text)") }

    // In company or alone: the same tokens.
    let alone = try model.text(after: "My parcel is late, you fools.", options: options, expert: team)
    print("alone the same:", alone == texts["team"])
  }

  /// Trains a LoRA to answer each prompt, until the answers are learned by heart.
  private static func expert(
    _ name: String, of answers: [String: String], on base: Base
  ) throws -> PreparedExpert {
    let rows = answers.sorted { $0.key < $1.key }.enumerated().map { number, row in
      Example(id: "\(name)/\(number)", index: number, text: row.key, answer: row.value)
    }
    let task = LearningTask(
      name: name, instruction: "", cue: "", labels: [], train: rows, test: [], kind: .generation)
    let encoder = try PromptEncoder(task: task, tokenizer: base.tokenizer, endToken: base.endToken, maxLength: 64)
    let method = try MethodCatalog.make(
      "per-task",
      MethodContext(
        base: base.model.configuration, device: base.model.device, shape: LowRankShape(rank: 4, alpha: 8, dropout: 0),
        seed: 0))
    var options = TrainingOptions()
    options.epochs = 30
    options.learningRate = 5e-3
    let identity = TaskIdentity(name: name, index: 0)
    let training = try TaskTraining(
      .init(task: identity, examples: rows.map { try encoder.encode($0) }, labels: 0), model: base.model,
      method: method, heads: nil, options: options, seed: 0)
    while try training.step() != nil {}
    try training.finish()
    guard let learned = try method.ownedExpert(of: identity) else { preconditionFailure("per-task keeps an expert") }
    return PreparedExpert(try learned.widened())
  }
}
