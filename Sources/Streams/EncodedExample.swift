/// An example as token ids.
public struct EncodedExample: Sendable, Equatable {
  /// The example's number in its file, ``Example/index``.
  public let index: Int

  /// The prompt: what the model reads.
  public let promptIds: [Int]

  /// The positions of the text in ``promptIds``: what is left without instruction and cue.
  public let textRange: Range<Int>

  /// The right answer with the end token: what the model should write. A free answer that was cut has no end token.
  public let answerIds: [Int]

  /// The position of the right label in the task's labels; `nil` for a generation.
  public let labelIndex: Int?

  /// The positions of the right labels of a row that may have several, ascending; `nil` for other tasks.
  public let labelIndices: [Int]?

  /// How many tokens of the text were dropped on its left to keep the maximum length; 0: none.
  public let droppedTokens: Int

  /// The tokens of the prompt and the answer together.
  public var tokenCount: Int { promptIds.count + answerIds.count }

  /// The tokens of the text alone.
  public var textIds: [Int] { Array(promptIds[textRange]) }

  /// Makes an encoded example.
  ///
  /// - Parameters:
  ///   - index: The example's number in its file.
  ///   - promptIds: The prompt's tokens.
  ///   - textRange: The positions of the text among them; `nil`, or a range that is not inside: all.
  ///   - answerIds: The answer's tokens with the end token.
  ///   - labelIndex: The position of the right label in the task's labels; `nil` for a generation.
  ///   - labelIndices: The positions of the right labels of a row that may have several; `nil` for other tasks.
  ///   - droppedTokens: How many tokens of the text were dropped.
  public init(
    index: Int, promptIds: [Int], textRange: Range<Int>? = nil, answerIds: [Int], labelIndex: Int?,
    labelIndices: [Int]? = nil, droppedTokens: Int
  ) {
    self.index = index
    self.promptIds = promptIds
    let all = promptIds.indices
    self.textRange = textRange.flatMap { $0.clamped(to: all) == $0 ? $0 : nil } ?? all
    self.answerIds = answerIds
    self.labelIndex = labelIndex
    self.labelIndices = labelIndices
    self.droppedTokens = droppedTokens
  }
}
