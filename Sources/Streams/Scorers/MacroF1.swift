import Files

/// The mean over labels of F1, the harmonic mean of precision and recall: a rare label counts as much as a common one.
///
/// For label c, with TP the rows that are c and were answered c, FP those answered c that are not, FN those that are c
/// and were not answered c: F1 = 2 TP / (2 TP + FP + FN). The mean is over those of the labels that are right or
/// answered at least once. Texts are stripped before they are compared; an answer that is not a label is a miss of the
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
    var numbers: [ExactText: Int] = [:]
    for label in labels {
      let (key, next) = (ExactText(label.stripped), numbers.count)
      if numbers[key] == nil { numbers[key] = next }
    }
    func number(_ text: String) -> Int { numbers[ExactText(text.stripped)] ?? -1 }
    return Self.score(
      answers.map { Pair(right: number($0.reference), given: number($0.prediction)) }, labels: numbers.count)
  }

  /// One answer as the numbers of labels; −1 is none of them.
  public struct Pair: Sendable, Equatable {
    /// The right label.
    public let right: Int
    /// The label that was answered.
    public let given: Int

    /// Puts a label beside the right one.
    ///
    /// - Parameters:
    ///   - right: The number of the right label.
    ///   - given: The number of the label that was answered.
    public init(right: Int, given: Int) {
      self.right = right
      self.given = given
    }
  }

  /// The macro-F1 of numbered labels; 0 if no label is right or answered.
  ///
  /// - Parameters:
  ///   - pairs: Answers; numbers outside of `0..<labels` are not a label.
  ///   - labels: How many labels there are.
  public static func score(_ pairs: some Sequence<Pair>, labels: Int) -> Double {
    var counts = [(hits: Int, misses: Int, falseAlarms: Int)](repeating: (0, 0, 0), count: max(0, labels))
    for pair in pairs {
      let (hasRight, hasGiven) = (counts.indices.contains(pair.right), counts.indices.contains(pair.given))
      if pair.right == pair.given {
        if hasRight { counts[pair.right].hits += 1 }
      } else {
        if hasRight { counts[pair.right].misses += 1 }
        if hasGiven { counts[pair.given].falseAlarms += 1 }
      }
    }
    // In the order of the labels, so that the sum has the same last bits every time.
    let scores = counts.compactMap { count -> Double? in
      let all = 2 * count.hits + count.misses + count.falseAlarms
      return all == 0 ? nil : Double(2 * count.hits) / Double(all)
    }
    return scores.isEmpty ? 0 : scores.reduce(0, +) / Double(scores.count)
  }
}
