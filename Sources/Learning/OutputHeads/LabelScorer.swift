import Decoder
import ModelConfiguration
import Streams
import Torch

/// Scores all labels of a task for many prompts, each prompt computed once; so is what all of them begin with, usually the task's instruction.
struct LabelScorer {
  private let model: DecoderModel
  private let labels: [[Int]]

  /// - Parameter labels: The answer tokens of each label, the end token last.
  init(_ model: DecoderModel, labels: [[Int]]) {
    self.model = model
    self.labels = labels
  }

  /// Input tokens that the labels add to a sequence.
  var extraTokens: Int { LabelLayout.extraTokens(labels) }

  /// Total log-probability of each label after each prompt. [prompt][label]
  func scores(_ prompts: [[Int]], experts: (any ExpertSelection)?) throws -> [[Double]] {
    let count = experts?.treatsSequencesAlike ?? true ? LabelLayout.sharedTokens(of: prompts, extra: extraTokens) : 0
    let layout = LabelLayout(
      prompts.map { ($0, labels) },
      shared: count == 0 ? [] : prompts.indices.map { $0 == 0 ? nil : .init(sequence: 0, tokens: count) },
      vocabulary: model.configuration.vocabularySize)
    let states = try model.packedStates(
      layout.batch(on: model), experts: experts, at: Tensor(layout.reads, on: model.device)
    ).padded(toMultipleOf: model.rounding.rawValue)  // [reads, hidden]
    let logits = try model.logits(states)  // [reads, vocabulary]
    let values = try layout.logProbabilities(logits)
    return try layout.totals(values, labels: prompts.map { _ in labels })
  }
}

extension LabelLayout {
  /// log p of every target token. `logits`: [predicting, vocabulary], or more rows → [targets]
  func logProbabilities(_ logits: Tensor) throws -> [Float] {
    // libtorch splits the sum of a single row between threads, and so gives it other bits.
    let rows = try logits.shape[0] == 1 ? Tensor.concatenated([logits, logits]) : logits
    let normalizers = try rows.logSumExp(1)  // [predicting]
    let picked = try logits.reshaped([-1]).gathered(0, rows: Tensor(picks.map(\.position), on: logits.device))
    let offsets = try normalizers.gathered(0, rows: Tensor(picks.map(\.row), on: logits.device))
    return try (picked - offsets).floats()
  }

  /// The sum over each label's tokens. [row][label]
  func totals(_ values: [Float], labels: [[[Int]]]) throws -> [[Double]] {
    var next = values.makeIterator()
    return labels.map { labels in
      labels.map { label in label.indices.reduce(0.0) { sum, _ in sum + Double(next.next() ?? -.infinity) } }
    }
  }
}
