/// What a task model says to one text.
public struct TaskAnswer: Sendable, Equatable {
  /// The most probable label, or the text that was written.
  public let text: String
  /// The position of the label among the task's; `nil` for free answers.
  public let label: Int?
  /// p of each label, in the order of the task's labels; empty for free answers.
  public let probabilities: [Double]
  /// What each part of the combination said.
  public let parts: LabelCombination.Parts?
  /// Tokens that were dropped from the left of the text to keep the maximum length.
  public let droppedTokens: Int
  /// Whether a free answer ended because it had as many tokens as it may.
  public let isCut: Bool
  /// Tokens that the model read for it: the prompt with what frames the text.
  public var promptTokens = 0

  /// The positions of the labels that are given, of a task with several; `nil` for others. ``text`` is a `LabelSet`'s then.
  public var labels: [Int]?

  /// p of the most probable label; of several labels how sure the least certain one is, max(p, 1 − p); `nil` for free answers.
  public var confidence: Double? {
    guard labels != nil else { return label.map { probabilities[$0] } }
    return probabilities.map { max($0, 1 - $0) }.min()
  }
}
