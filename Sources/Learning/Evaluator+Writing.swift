public import Decoder
import ModelConfiguration
public import Streams

extension Evaluator {
  /// What a model wrote after one prompt.
  public struct WrittenTokens: Sendable, Equatable {
    /// Without the end token.
    public let ids: [Int]
    /// Whether it was still writing when it had as many tokens as it may.
    public let isCut: Bool
  }

  /// The most memory that the keys and values of a batch take, about; room for them grows by doubling.
  static let cacheBytes = 512 << 20
  /// The most tokens that a batch can come to, prompts and answers together, however small the model is.
  static let writingBudget = 8192

  /// Tokens of a batch of rows that write, at most: a function of the base alone, so that batches are the same everywhere.
  static func writingBudget(_ configuration: DecoderConfiguration) -> Int {
    let token = configuration.cacheBytesPerToken(bytesPerNumber: 4)
    return max(1, min(writingBudget, cacheBytes / max(1, token)))
  }

  /// Lets the model answer rows with free answers: always the most probable token, until an end token or the limit.
  ///
  /// Rows of similar length are answered together. A batch never holds more tokens than its budget, whatever is written; the same
  /// rows give the same batches, and with them the same bits.
  ///
  /// - Parameters:
  ///   - examples: Rows whose prompts leave room for `limit` tokens below the base's last position.
  ///   - limit: The most new tokens of a row, the end token not counted.
  ///   - experts: Which experts serve the task; `nil` is the base.
  ///   - batchTokens: The most tokens of a batch; `nil`: as many as the base's keys and values leave memory for.
  ///   - stopsAtEnd: Whether an end token ends an answer; otherwise every row writes `limit` tokens, for measuring.
  ///   - progress: Called with the number of rows done; what it throws ends the scoring.
  /// - Returns: What was written, in the order of `examples`.
  /// - Throws: `DecoderError`, `TorchError`.
  public func written(
    _ examples: [EncodedExample], limit: Int, experts: (any ExpertSelection)?, batchTokens: Int? = nil,
    stopsAtEnd: Bool = true, progress: (Int) throws -> Void = { _ in }
  ) throws -> [WrittenTokens] {
    let options = GenerationOptions(maxTokens: limit, stopsAtEnd: stopsAtEnd)
    let budget = TokenBudget(batchTokens ?? Self.writingBudget(model.configuration))
    let batches = budget.groupsByLength(examples.map { $0.promptIds.count + limit })
    var result = [WrittenTokens?](repeating: nil, count: examples.count)
    var done = 0
    for group in batches {
      let answers = try model.generate(
        after: group.map { examples[$0].promptIds }, options: options, experts: experts)
      for (number, ids) in zip(group, answers) {
        result[number] = WrittenTokens(ids: ids, isCut: ids.count >= limit)
      }
      done += group.count
      try progress(done)
    }
    return result.compactMap(\.self)
  }
}
