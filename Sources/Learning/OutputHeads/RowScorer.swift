public import Decoder
import ModelConfiguration
import Streams
public import Torch

/// Scores rows of any tasks in one pass on the CPU, each under its own expert: a row's scores have the same bits whatever it is scored with.
public struct RowScorer: Sendable {
  /// What is asked of a prompt.
  public struct Row {
    public let prompt: [Int]
    public let question: Question
    /// `nil` is the base.
    public let expert: (any InferenceExpert)?

    public enum Question: Sendable {
      /// The log-probability of each label: its answer tokens, the end token last.
      case labels([[Int]])
      /// The logits of a head at the prompt's end. [labels, hidden]
      case head(Tensor)
    }

    public init(prompt: [Int], _ question: Question, expert: (any InferenceExpert)?) {
      (self.prompt, self.question, self.expert) = (prompt, question, expert)
    }

    var labels: [[Int]] { if case .labels(let labels) = question { labels } else { [] } }

    /// Tokens that a pass reads for it at most.
    public var tokens: Int { prompt.count + LabelLayout.extraTokens(labels) }
  }

  private let model: DecoderModel

  public init(_ model: DecoderModel) { self.model = model }

  /// Whether the model computes as this needs it: on the CPU, by our kernels.
  public var isPossible: Bool { model.hasBatchInvariantPass }

  /// The score of each label after each prompt. [row][label]
  /// - Throws: `TorchError`, `DecoderError`.
  public func scores(_ rows: [Row]) throws -> [[Double]] {
    guard !rows.isEmpty else { return [] }
    return try withoutGradients {
      let order = Self.byExpert(rows)
      let sorted = order.map { rows[$0] }
      let layout = LabelLayout(
        sorted.map { ($0.prompt, $0.labels) }, shared: Self.shared(sorted),
        vocabulary: model.configuration.vocabularySize)
      let states = try model.batchInvariantStates(
        layout.batch(on: model), experts: sorted.map(\.expert), at: layout.reads)  // [reads, hidden]
      var result = try labelScores(states, layout, sorted)
      for (row, scores) in try headScores(states, layout, sorted) { result[row] = scores }
      var inOrder = result
      for (place, row) in order.enumerated() { inOrder[row] = result[place] }
      return inOrder
    }
  }

  private func labelScores(_ states: Tensor, _ layout: LabelLayout, _ rows: [Row]) throws -> [[Double]] {
    guard !layout.picks.isEmpty else { return rows.map { _ in [] } }
    let isWhole = layout.predicting.count == layout.reads.count
    let predicting = try isWhole ? states : states.gathered(0, rows: Tensor(layout.predicting, on: model.device))
    let logits = try model.batchInvariantLogits(predicting)  // [predicting, vocabulary]
    return try layout.totals(layout.logProbabilities(logits), labels: rows.map(\.labels))
  }

  /// What heads say at the ends of the prompts of those rows that have one.
  private func headScores(_ states: Tensor, _ layout: LabelLayout, _ rows: [Row]) throws -> [(Int, [Double])] {
    try rows.enumerated().compactMap { number, row in
      guard case .head(let head) = row.question else { return nil }
      let end = try states.narrowed(0, from: layout.ends[number], count: 1)  // [1, hidden]
      let logits = try WeightMatrix(head).product(end, ProductSlices(sliced: 0))  // [1, labels]
      return (number, try logits.floats().map(Double.init))
    }
  }

  /// Neighbours have the same expert as far as possible: they are computed together, and share beginnings.
  private static func byExpert(_ rows: [Row]) -> [Int] {
    var numbers: [ObjectIdentifier?: Int] = [:]
    let groups = rows.map { row in
      let expert = row.expert.map { ObjectIdentifier($0) }
      if let known = numbers[expert] { return known }
      numbers[expert] = numbers.count
      return numbers.count - 1
    }
    return rows.indices.sorted { (groups[$0], $0) < (groups[$1], $1) }
  }

  /// What each row begins with that the first of its expert's computes.
  private static func shared(_ rows: [Row]) -> [TokenBatch.SharedStart?] {
    var (result, leader): ([TokenBatch.SharedStart?], Int) = ([], 0)
    for (number, row) in rows.enumerated() {
      guard number > 0, row.expert === rows[leader].expert else {
        leader = number
        result.append(nil)
        continue
      }
      let common = LabelLayout.commonTokens(rows[leader].prompt, row.prompt)
      result.append(common > 0 ? TokenBatch.SharedStart(sequence: leader, tokens: common) : nil)
    }
    let spared = result.reduce(0) { $0 + ($1?.tokens ?? 0) }
    return LabelLayout.isWorthIt(spared, of: rows.reduce(0) { $0 + $1.tokens }) ? result : []
  }
}
