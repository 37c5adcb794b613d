/// An example as token ids.
public struct EncodedExample: Sendable, Equatable {
  /// The example's number in its file, ``Example/index``.
  public let index: Int

  /// The prompt: what the model reads.
  public let promptIds: [Int]

  /// The right answer with the end token: what the model should write. A free answer that was cut has no end token.
  public let answerIds: [Int]

  /// The place of the right label in the task's labels; `nil` for a generation.
  public let labelIndex: Int?

  /// How many tokens of the text were dropped on its left to keep the maximum length; 0: none.
  public let droppedTokens: Int

  /// The tokens of the prompt and the answer together.
  public var tokenCount: Int { promptIds.count + answerIds.count }

  /// Makes an encoded example.
  ///
  /// - Parameters:
  ///   - index: The example's number in its file.
  ///   - promptIds: The prompt's tokens.
  ///   - answerIds: The answer's tokens with the end token.
  ///   - labelIndex: The place of the right label in the task's labels; `nil` for a generation.
  ///   - droppedTokens: How many tokens of the text were dropped.
  public init(index: Int, promptIds: [Int], answerIds: [Int], labelIndex: Int?, droppedTokens: Int) {
    self.index = index
    self.promptIds = promptIds
    self.answerIds = answerIds
    self.labelIndex = labelIndex
    self.droppedTokens = droppedTokens
  }
}
