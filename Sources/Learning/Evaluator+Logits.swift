public import Decoder
public import Streams
public import Torch

extension Evaluator {
  /// The logits of a linear head at the end of each prompt, in the order of `examples`. What the right answers are is not asked.
  ///
  /// - Parameters:
  ///   - examples: Rows of any kind.
  ///   - head: [labels, hidden]
  ///   - experts: Which experts serve the task; `nil` is the base.
  ///   - progress: Called with the number of rows done; what it throws ends the work.
  /// - Returns: [row][label]
  /// - Throws: ``LearningError/scoresNotFinite(row:)``; `TorchError`, `DecoderError`.
  public func logits(
    _ examples: [EncodedExample], head: Tensor, experts: (any ExpertSelection)?,
    progress: (Int) throws -> Void = { _ in }
  ) throws -> [[Double]] {
    try withoutGradients {
      var result = [[Double]](repeating: [], count: examples.count)
      var done = 0
      try eachGroup(budget.groupsByLength(examples.map(\.promptIds.count)), experts: experts) { numbers, experts in
        try headScores(numbers.map { examples[$0].promptIds }, head: head, experts: experts)
      } take: { group, scores in
        for (number, row) in zip(group, scores) {
          guard row.allSatisfy(\.isFinite) else { throw LearningError.scoresNotFinite(row: examples[number].index) }
          result[number] = row
        }
        done += group.count
        try progress(done)
      }
      return result
    }
  }
}
