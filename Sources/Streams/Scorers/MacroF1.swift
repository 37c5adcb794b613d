/// The mean over labels of F1, the harmonic mean of precision and recall: a rare label counts as much as a common one.
///
/// For label c, with TP the rows that are c and were answered c, FP those answered c that are not, FN those that are c
/// and were not answered c: F1 = 2 TP / (2 TP + FP + FN). The mean is over those of the labels that are right or
/// answered at least once. Texts are stripped before they are compared; an answer that is no label is a miss of the
/// right label and nobody's false alarm. All of it is sums over the task, so a single answer has no score.
public struct MacroF1: Scorer {
  /// `macro-f1`.
  public let name = "macro-f1"
  /// `clean`: no published TRACE number is a macro-F1.
  public let column = ScoreColumn.clean
  /// The mean over labels.
  public let formula = "mean over labels of 2 TP / (2 TP + FP + FN)"
  /// 0…1.
  public let range = 0.0...1.0

  /// The labels that are counted.
  public let labels: [String]

  /// Names the labels.
  ///
  /// - Parameter labels: The task's labels; one that stands twice counts once.
  public init(labels: [String]) { self.labels = labels }

  /// The macro-F1 of all answers of a task; 0 if no label is right or answered.
  ///
  /// - Parameter answers: What was answered to every row; sources are not looked at.
  /// - Throws: ``ScoringError/empty(_:)`` without answers.
  public func score(_ answers: [ScoredAnswer]) throws -> Double {
    try requireAnswers(answers)
    var counts: [ExactText: (hits: Int, misses: Int, falseAlarms: Int)] = [:]
    for label in labels { counts[ExactText(label.stripped)] = (0, 0, 0) }
    for answer in answers {
      let right = ExactText(answer.reference.stripped)
      let given = ExactText(answer.prediction.stripped)
      if right == given {
        counts[right]?.hits += 1
      } else {
        counts[right]?.misses += 1
        counts[given]?.falseAlarms += 1
      }
    }
    // In the order of the labels, so that the sum has the same last bits every time.
    var seen: Set<ExactText> = []
    let scores = labels.compactMap { label -> Double? in
      let key = ExactText(label.stripped)
      guard seen.insert(key).inserted, let count = counts[key] else { return nil }
      let all = 2 * count.hits + count.misses + count.falseAlarms
      return all == 0 ? nil : Double(2 * count.hits) / Double(all)
    }
    return scores.isEmpty ? 0 : scores.reduce(0, +) / Double(scores.count)
  }
}
