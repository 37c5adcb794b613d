public import Decoder
public import Streams
import Torch

extension Evaluator {
  /// Whether ``scores(_:_:expert:progress:)`` is possible: on the CPU.
  public var hasBatchInvariantPass: Bool { RowScorer(model).isPossible }

  /// Scores rows of one task, each with the bits that it has alone.
  ///
  /// - Parameters:
  ///   - examples: Rows of any kind.
  ///   - question: What is asked of each.
  ///   - expert: Makes the task's expert for a thread of its own; `nil` is the base.
  ///   - progress: Called with the number of rows done; what it throws ends the work.
  /// - Returns: [row][label]
  /// - Throws: ``LearningError/scoresNotFinite(row:)``; `TorchError`, `DecoderError`.
  public func scores(
    _ examples: [EncodedExample], _ question: RowScorer.Row.Question,
    expert: @escaping @Sendable () throws -> (any InferenceExpert)?, progress: (Int) throws -> Void = { _ in }
  ) throws -> [[Double]] {
    let scorer = RowScorer(model)
    let extra = RowScorer.Row(prompt: [], question, expert: nil).tokens
    var (result, done) = ([[Double]](repeating: [], count: examples.count), 0)
    let groups = budget.groupsByLength(
      examples.map { $0.promptIds.count + extra }, workers: model.device == .cpu ? TorchRuntime.threads : 1)
    try eachGroup(groups, experts: nil) { numbers, _ in
      let own = try expert()
      return try scorer.scores(numbers.map { .init(prompt: examples[$0].promptIds, question, expert: own) })
    } take: { group, scores in
      for (number, row) in zip(group, scores) {
        try RowScorer.check(row, of: examples[number].index)
        result[number] = row
      }
      done += group.count
      try progress(done)
    }
    return result
  }
}

extension RowScorer {
  /// - Throws: ``LearningError/scoresNotFinite(row:)`` for scores that nothing can be chosen by.
  public static func check(_ scores: [Double], of row: Int) throws {
    guard !scores.contains(where: { $0.isNaN || $0 == .infinity }) else {
      throw LearningError.scoresNotFinite(row: row)
    }
  }
}
