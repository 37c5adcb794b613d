/// How the answers to the test rows of a task become one number.
///
/// Every scorer says its formula and its range, so that a table can print them beside the number.
public protocol Scorer: Sendable {
  /// The measure's name, e.g. `rouge-l`; the same in both columns.
  var name: String { get }

  /// Which of the two ways of computing it this is.
  var column: ScoreColumn { get }

  /// The formula in one line of text.
  var formula: String { get }

  /// The lowest and the highest score.
  var range: ClosedRange<Double> { get }

  /// The score of all answers of a task, in ``range``.
  ///
  /// - Parameter answers: What was answered to every row; the order does not matter.
  /// - Throws: ``ScoringError/empty(_:)`` without answers, ``ScoringError/tooLarge(_:)`` for texts beyond all use.
  func score(_ answers: [ScoredAnswer]) throws -> Double
}

/// A scorer that gives every answer a score of its own; a task's score is their mean.
public protocol AnswerScorer: Scorer {
  /// The score of one answer, in ``Scorer/range``.
  ///
  /// - Parameters:
  ///   - prediction: What the model wrote.
  ///   - reference: The right answer.
  ///   - source: What the model was given; only a simplification looks at it.
  /// - Throws: ``ScoringError/tooLarge(_:)`` for texts beyond all use.
  func score(prediction: String, reference: String, source: String) throws -> Double
}

extension AnswerScorer {
  /// The mean of the answers' scores.
  ///
  /// - Parameter answers: What was answered to every row.
  /// - Throws: ``ScoringError/empty(_:)`` without answers, ``ScoringError/tooLarge(_:)`` for texts beyond all use.
  public func score(_ answers: [ScoredAnswer]) throws -> Double {
    try requireAnswers(answers)
    let sum = try answers.reduce(0) {
      try $0 + score(prediction: $1.prediction, reference: $1.reference, source: $1.source)
    }
    return sum / Double(answers.count)
  }
}

extension Scorer {
  /// A score as a share of the range, 0…1: what is averaged over tasks with different measures.
  ///
  /// - Parameter score: A score in ``range``.
  public func share(_ score: Double) -> Double {
    (score - range.lowerBound) / (range.upperBound - range.lowerBound)
  }

  /// Refuses to take the mean of nothing.
  func requireAnswers(_ answers: [ScoredAnswer]) throws {
    guard answers.isEmpty else { return }
    throw ScoringError.empty(
      ScoringError.Detail(
        scorer: name, expected: "at least one answer", got: "none", fix: "Score at least one row."))
  }
}
