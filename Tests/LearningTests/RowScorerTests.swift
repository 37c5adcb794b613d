import Decoder
import Experts
import ModelConfiguration
import Randomness
import Streams
import Testing
import Torch

@testable import Learning

/// Does a row have the same scores, to the last bit, whatever it is scored with?
@Suite(.serialized) struct RowScorerTests {
  private let model: DecoderModel
  private let labels: [[Int]]
  private let experts: [(any InferenceExpert)?]

  init() throws {
    model = try Goldens.model()
    labels = try Goldens.document().scores.answers
    let task = Goldens.task
    experts = [
      nil, try Goldens.sequential(model).selection(for: task)?.inferenceExpert(),
      try Goldens.moeCL(model, .off).selection(for: task)?.inferenceExpert(),
    ]
  }

  /// Rows of three experts, of all lengths, with beginnings in common; some with a head instead of labels.
  private func rows(_ count: Int, seed: UInt64) throws -> [RowScorer.Row] {
    var random = RandomStream(seed: seed, "rows")
    let vocabulary = model.configuration.vocabularySize
    let instruction = [5, 44, 61, 12, 7, 9, 33, 2]
    let width = model.configuration.hiddenSize
    let head = try Tensor((0..<3 * width).map { Float($0 % 13) / 13 - 0.5 }, shape: [3, width])
    return (0..<count).map { number in
      let own = (0..<1 + random.below(20)).map { _ in random.below(vocabulary) }
      let prompt = number % 3 == 0 ? own : instruction + own
      let question: RowScorer.Row.Question =
        number % 5 == 4 ? .head(head) : .labels(number % 2 == 0 ? labels : Array(labels.prefix(2).reversed()))
      return RowScorer.Row(prompt: prompt, question, expert: experts[number % experts.count])
    }
  }

  @Test(arguments: [1, 2]) func companyDoesNotMatter(threads: Int) throws {
    let before = TorchRuntime.threads
    defer { try? TorchRuntime.setThreads(before) }
    try TorchRuntime.setThreads(threads)
    let seed: UInt64 = 11
    let (scorer, rows) = (RowScorer(model), try rows(40, seed: seed))
    let alone = try rows.map { try scorer.scores([$0])[0] }
    #expect(alone.map(\.count) == rows.indices.map { $0 % 5 == 4 ? 3 : $0 % 2 == 0 ? labels.count : 2 })
    var random = RandomStream(seed: seed, "rows")
    for trial in 0..<20 {
      var order = Array(rows.indices)
      random.shuffle(&order)
      order = Array(order.prefix(1 + random.below(40)))
      let together = try scorer.scores(order.map { rows[$0] })
      #expect(together == order.map { alone[$0] }, "seed \(seed), trial \(trial)")
    }
  }

  /// Nor do threads: `predict` has workers of one, a server computes with all.
  @Test func threadsDoNotMatter() throws {
    let before = TorchRuntime.threads
    defer { try? TorchRuntime.setThreads(before) }
    let (scorer, rows) = (RowScorer(model), try rows(40, seed: 12))
    let features = RequestFeatures(model, view: RequestView(layers: 2, seesInstruction: false, width: 8))
    let made = try [1, 2, 3].map { threads in
      try TorchRuntime.setThreads(threads)
      return (try scorer.scores(rows), try features.features(rows.map(\.prompt)).floats())
    }
    #expect(made.allSatisfy { $0.0 == made[0].0 && $0.1 == made[0].1 })
  }

  /// The same as the evaluation of a run says, but for rounding.
  @Test func scoresAreThoseOfTheScorer() throws {
    let prompts = [[5, 44, 61], [5, 44, 7, 9], [8], Array(repeating: 17, count: 20)]
    for (number, name) in ["base", "lora", "moe_cl"].enumerated() {
      let selection: (any ExpertSelection)? =
        switch name {
        case "lora": try Goldens.sequential(model).selection(for: Goldens.task)
        case "moe_cl": try Goldens.moeCL(model, .off).selection(for: Goldens.task)
        default: nil
        }
      let expected = try LabelScorer(model, labels: labels).scores(prompts, experts: selection)
      let got = try RowScorer(model).scores(
        prompts.map { .init(prompt: $0, .labels(labels), expert: experts[number]) })
      for (one, other) in zip(got.joined(), expected.joined()) { #expect(abs(one - other) < 1e-4, "\(name)") }
    }
  }

  /// A text's features have the same bits, too.
  @Test(arguments: [(0, nil), (1, nil), (2, 8)] as [(Int, Int?)])
  func featuresOfATextAreItsOwn(layers: Int, width: Int?) throws {
    let features = RequestFeatures(model, view: RequestView(layers: layers, seesInstruction: false, width: width))
    let texts = try rows(30, seed: 3).map(\.prompt)
    let together = try features.features(texts)
    for (row, text) in texts.enumerated() {
      #expect(try features.features([text]).isEqual(to: together.narrowed(0, from: row, count: 1)), "row \(row)")
    }
  }
}
