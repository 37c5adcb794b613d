/// How a task model makes an answer.
public enum OutputHead: String, Sendable, CaseIterable, Codable {
  /// The model writes the answer: its label scores.
  case label
  /// A linear head that is trained with the expert.
  case trained
  /// The closed-form head alone; the task has no expert.
  case ridge
  /// Label scores and closed-form head together.
  case both

  /// Whether the expert takes part.
  public var hasExpert: Bool { self != .ridge }
  /// Whether the closed-form head takes part.
  public var hasRidge: Bool { self == .ridge || self == .both }

  var use: CombinationFit.Use { CombinationFit.Use(expert: hasExpert, ridge: hasRidge) }
}
