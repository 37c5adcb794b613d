public import Decoder
import Learning
public import Records
public import Streams

extension LabelParts {
  /// What solving a head found.
  public struct Solved {
    public let head: CombinedHead
    /// λ.
    public let penalty: Double
    /// Rows that the head was solved on, and rows that the combination was fitted on.
    public let rows: Int
    public let combined: Int
  }

  /// Solves a task's closed-form head, and weighs it against the label scores of its expert.
  ///
  /// - Parameter rows: What the head is solved on, at least two.
  /// - Parameter others: What the combination is fitted on: rows that neither head nor expert saw. Empty: the head answers alone.
  /// - Parameter expert: What serves the task; `nil` is the base.
  /// - Parameter progress: Called with the number of `others` that are scored; what it throws ends the work.
  /// - Throws: ``TaskModelError/tooFewExamples(what:got:needed:)``; `TorchError`.
  public func solved(
    on rows: [EncodedExample], combinedOn others: [EncodedExample], expert: (any ExpertSelection)?,
    progress: (Int) throws -> Void = { _ in }
  ) throws -> Solved {
    let labels = labelIds.count
    let fit = try RidgeFit(features(rows), labels: rows.map { $0.labelIndex ?? 0 }, count: labels)
    guard !others.isEmpty else {
      return Solved(head: try CombinedHead(alone: fit.head), penalty: fit.penalty, rows: rows.count, combined: 0)
    }
    let scores = try parts(
      of: others, expert: expert, usesExpert: true, head: nil, ridge: fit.head, progress: progress)
    let combination = CombinationFit(
      scores, gold: others.map { $0.labelIndex ?? 0 }, labels: labels, use: OutputHead.both.use
    ).fitted()
    return Solved(
      head: try CombinedHead(ridge: fit.head, combination: combination), penalty: fit.penalty, rows: rows.count,
      combined: others.count)
  }

  /// Answers scored rows by a closed-form head and, where it has a weight, by the expert.
  ///
  /// - Parameter examples: Rows with a label number.
  /// - Parameter head: The task's.
  /// - Parameter expert: What serves the task; `nil` is the base.
  /// - Parameter progress: Called with the number of rows done; what it throws ends the scoring.
  /// - Returns: Predictions in the order of `examples`; their scores are log-probabilities.
  /// - Throws: `TorchError`, `DecoderError`.
  public func predictions(
    _ examples: [EncodedExample], by head: CombinedHead, expert: (any ExpertSelection)?,
    progress: (Int) throws -> Void = { _ in }
  ) throws -> [Prediction] {
    let combination = head.combination
    let parts = try parts(
      of: examples, expert: expert, usesExpert: combination.expert > 0, head: nil,
      ridge: combination.ridge > 0 ? head.ridge : nil, progress: progress)
    return zip(examples, parts).map { example, parts in
      Prediction(
        index: example.index, gold: example.labelIndex ?? 0, scores: combination.logProbabilities(parts))
    }
  }
}
