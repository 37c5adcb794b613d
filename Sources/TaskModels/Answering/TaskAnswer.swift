/// What a task model says to one text.
public struct TaskAnswer: Sendable, Equatable {
  /// The most probable label, or the text that was written.
  public let text: String
  /// The place of the label among the task's; `nil` for free answers.
  public let label: Int?
  /// p of each label, in the order of the task's labels; empty for free answers.
  public let probabilities: [Double]
  /// What each part of the combination said.
  public let parts: LabelCombination.Parts?
  /// Tokens that were dropped from the left of the text to keep the maximum length.
  public let droppedTokens: Int
  /// Whether a free answer ended because it had as many tokens as it may.
  public let isCut: Bool

  /// p of the most probable label; `nil` for free answers.
  public var confidence: Double? { label.map { probabilities[$0] } }
}
