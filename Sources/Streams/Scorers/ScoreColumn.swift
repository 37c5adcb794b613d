/// Which of two ways of computing a measure a number comes from.
///
/// TRACE's published numbers come from code with quirks. To stand beside them a number must have the same quirks; to
/// say something about a model it must not. So both are computed, in two columns that are never mixed.
public enum ScoreColumn: String, Sendable, Codable, CaseIterable {
  /// As TRACE's published code computes it, quirks included.
  case legacy

  /// Texts stripped, numbers read as numbers, a measure's usual definition, and leaked test rows left out.
  case clean
}
