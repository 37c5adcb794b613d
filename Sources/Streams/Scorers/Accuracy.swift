import Files

/// The share of answers that are exactly right.
///
/// `legacy` compares code point by code point, with nothing stripped, folded or parsed; an empty prediction or
/// reference counts as wrong. `clean` strips white space at both ends first. Source: TRACE's published code.
public struct Accuracy: AnswerScorer {
  /// `accuracy`.
  public let name = "accuracy"
  /// How the texts are compared.
  public let column: ScoreColumn
  /// 0…1.
  public let range = 0.0...1.0

  /// Chooses the column.
  ///
  /// - Parameter column: `legacy` or `clean`.
  public init(_ column: ScoreColumn) { self.column = column }

  /// Which answers count.
  public var formula: String {
    switch column {
    case .legacy: "right / all; right: prediction == reference, both not empty"
    case .clean: "right / all; right: stripped prediction == stripped reference, both not empty"
    }
  }

  /// 1 for a right answer, else 0.
  ///
  /// - Parameters:
  ///   - prediction: What the model wrote.
  ///   - reference: The right answer.
  ///   - source: Not looked at.
  public func score(prediction: String, reference: String, source: String = "") -> Double {
    let (one, other) =
      column == .legacy ? (prediction, reference) : (prediction.stripped, reference.stripped)
    return !one.isEmpty && one.hasSameCodePoints(as: other) ? 1 : 0
  }
}
