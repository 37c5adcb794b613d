/// What happens in the engine between two looks at its statistics.
public enum EngineNote: Sendable, Equatable {
  /// A step was made, with so many tokens of sequences with so many experts; the base is none.
  case step(tokens: Int, experts: Int)
  /// A version was read, checked, and can answer.
  case loaded(after: Duration)
}
