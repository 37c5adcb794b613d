import Learning
package import Records
package import Streams

/// The right answers to a task's scored rows, and what an answer is worth in both columns.
public struct AnswerKey: Sendable {
  /// The scored rows, in the order of the predictions.
  package let rows: [Example]
  let clean: any Scorer
  /// `nil`: the suite has no such column.
  let legacy: (any Scorer)?
  /// Positions in ``rows`` that the clean column leaves out.
  let leftOut: Set<Int>
  private let task: LearningTask

  /// - Throws: `StreamError.split` if the clean column would have no row; `LearningError.unsupported` for a scorer that cannot
  ///   score such answers.
  init(_ task: LearningTask, _ selection: RowSelection, suite: any TaskSuite, scorer: String?) throws {
    let pool = selection.evaluation == .test ? task.test : task.train
    let scoring = try suite.scoring(ofTask: task.name)
    self.task = task
    rows = selection.evaluated.map { pool[$0] }
    clean = scorer.flatMap { ScorerCatalog.clean($0, for: task) } ?? scoring.clean
    legacy = suite.hasLegacyColumn ? scoring.legacy : nil
    // Test rows are compared with all training rows, so that every run has the same clean rows.
    let trained = selection.evaluation == .test ? task.train : selection.training.map { task.train[$0] }
    leftOut = suite.hasLegacyColumn ? TestLeaks(of: rows, trained: trained).rows : []
    guard leftOut.count < rows.count else {
      throw StreamError.split(
        StreamError.Detail(
          file: "task \(task.name)", expected: "a scored row whose prompt is not trained on",
          got: "none of \(rows.count)",
          fix: "Score more rows, or train on fewer."))
    }
    for scorer in [clean, legacy].compactMap(\.self) where !Self.suits(scorer, task.kind) {
      throw LearningError.unsupported(
        what: "task `\(task.name)`: scoring \(task.kind == .generation ? "free answers" : "labels") by \(scorer.name)",
        fix: "Choose a scorer of that kind of answer.")
    }
  }

  /// Whether a scorer says of a label that it is right or wrong, and of a text how good it is, row by row.
  private static func suits(_ scorer: any Scorer, _ kind: LearningTask.Kind) -> Bool {
    switch kind {
    case .classification: scorer is Accuracy || scorer is FirstCharacter || scorer is MacroF1
    case .generation: scorer is any AnswerScorer
    // Readers of runs refuse such rows.
    case .severalLabels: false
    }
  }

  /// The record for the manifest.
  ///
  /// - Parameters:
  ///   - answerTokens: The most new tokens of a written answer; `nil` for labels.
  ///   - notes: What the suite says about the task's data.
  func record(answerTokens: Int?, notes: [String]) -> Manifest.Scoring {
    Manifest.Scoring(
      answers: task.kind == .generation ? .written : .labels, clean: .init(clean), legacy: legacy.map { .init($0) },
      leftOut: leftOut.map { rows[$0].index }.sorted(), answerTokens: answerTokens,
      labels: task.kind == .classification ? task.labels : nil, notes: notes)
  }

  /// The scores of a written answer, as shares of their scorers' ranges; `nil` where the row does not count.
  ///
  /// The legacy column takes the whole prompt for the source, the clean one the text alone.
  /// - Throws: `ScoringError.tooLarge`.
  func scores(_ answer: String, row: Int) throws -> (clean: Double?, legacy: Double?) {
    func score(_ scorer: (any Scorer)?, source: String) throws -> Double? {
      guard let scorer = scorer as? any AnswerScorer else { return nil }
      return scorer.share(try scorer.score(prediction: answer, reference: rows[row].answer, source: source))
    }
    return (
      leftOut.contains(row) ? nil : try score(clean, source: rows[row].text),
      try score(legacy, source: legacy == nil ? "" : task.prompt(of: rows[row]))
    )
  }

  /// A written answer beside the right one, with its scores.
  /// - Throws: As ``scores(_:row:)``.
  package func scored(_ answer: String, tokens: Int, isCut: Bool, row: Int) throws -> WrittenAnswer {
    let scores = try scores(answer, row: row)
    return WrittenAnswer(
      index: rows[row].index, gold: rows[row].answer, answer: answer, tokens: tokens, isCut: isCut, clean: scores.clean,
      legacy: scores.legacy)
  }
}
