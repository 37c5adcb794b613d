public import Decoder
import Experts
public import Records
public import Streams
public import Torch

/// Scores classification rows under a selection of experts, in batches of bounded size.
public struct Evaluator: Sendable {
  let model: DecoderModel
  let budget: TokenBudget

  public init(_ model: DecoderModel, budget: TokenBudget = .standard) {
    self.model = model
    self.budget = budget
  }

  /// Predictions in the order of `examples`.
  ///
  /// - Parameters:
  ///   - examples: Rows with a label number.
  ///   - experts: Which experts serve the task; `nil` is the base.
  ///   - labels: Answer tokens of each label.
  ///   - head: Of the output head `trained`, [labels, hidden]; `nil`: the labels' tokens are scored.
  ///   - progress: Called with the number of rows done; what it throws ends the scoring.
  /// - Throws: ``LearningError/unsupported(what:fix:)`` for rows without a label.
  public func predictions(
    _ examples: [EncodedExample], labels: [[Int]], head: Tensor?, experts: (any ExpertSelection)?,
    progress: (Int) throws -> Void = { _ in }
  ) throws -> [Prediction] {
    try withoutGradients {
      let scorer = LabelScorer(model, labels: labels)
      let extra = head == nil ? scorer.extraTokens : 0
      let groups = budget.groupsByLength(examples.map { $0.promptIds.count + extra })
      var result = [Prediction?](repeating: nil, count: examples.count)
      var done = 0
      try eachGroup(groups, experts: experts) { numbers, experts in
        let prompts = numbers.map { examples[$0].promptIds }
        return try head.map { try headScores(prompts, head: $0, experts: experts) }
          ?? scorer.scores(prompts, experts: experts)
      } take: { group, scores in
        for (number, row) in zip(group, scores) {
          guard let gold = examples[number].labelIndex else {
            throw LearningError.unsupported(
              what: "choosing a label for row \(examples[number].index), which has a free answer",
              fix: "Let the model write the answer, and score that (`Evaluator.written`).")
          }
          guard !row.contains(where: { $0.isNaN || $0 == .infinity }) else {
            throw LearningError.scoresNotFinite(row: examples[number].index)
          }
          result[number] = Prediction(index: examples[number].index, gold: gold, scores: row)
        }
        done += group.count
        try progress(done)
      }
      return result.compactMap(\.self)
    }
  }

  /// Groups that each thread computes between two times that the caller hears of progress.
  private static let wave = 8

  /// Computes groups of rows, and hands over what came of each, in their order.
  ///
  /// Batches are computed beside each other, each by one thread, where the experts allow it: small operations do not fill several threads,
  /// and large ones wait for the slowest.
  func eachGroup<Value: Sendable>(
    _ groups: [[Int]], experts: (any ExpertSelection)?,
    compute: @escaping @Sendable ([Int], (any ExpertSelection)?) throws -> Value, take: ([Int], Value) throws -> Void
  ) throws {
    let workers = model.device == .cpu ? min(TorchRuntime.threads, groups.count) : 1
    guard workers > 1, let own = Self.forEachThread(experts) else {
      for group in groups { try take(group, compute(group, experts)) }
      return
    }
    let pool = try WorkerPool(workers, threads: 1)
    for start in stride(from: 0, to: groups.count, by: workers * Self.wave) {
      let wave = Array(groups[start..<min(start + workers * Self.wave, groups.count)])
      let values = try pool.map(wave.count) { item, _ in try withoutGradients { try compute(wave[item], own()) } }
      for (group, value) in zip(wave, values) { try take(group, value) }
    }
  }

  /// Makes the same selection for a thread of its own; `nil` where it keeps something of a pass.
  private static func forEachThread(_ experts: (any ExpertSelection)?) -> (@Sendable () -> (any ExpertSelection)?)? {
    guard let experts else { return { nil } }
    return experts.copies
  }

  func headScores(_ prompts: [[Int]], head: Tensor, experts: (any ExpertSelection)?) throws -> [[Double]] {
    let batch = try TokenBatch(prompts, on: model.device, rounding: model.rounding)
    let ends = prompts.reduce(into: []) { $0.append(($0.last ?? -1) + $1.count) }
    let states = try model.packedStates(batch, experts: experts, at: Tensor(ends, on: model.device))
    let logits = try states.linear(head)  // [prompts, labels]
    let width = head.shape[0]
    let flat = try logits.floats()
    return prompts.indices.map { row in flat[row * width..<(row + 1) * width].map(Double.init) }
  }
}
