import Decoder
import Generation
import Learning
import Records
import Streams
import TaskModels
import Tokenization
import Torch

/// What makes answers of a task's hidden states and features; without both, the model writes them.
struct AnsweringHeads {
  /// Of the output head `trained`. [labels, hidden]
  var trained: Tensor?
  /// Of the output heads `ridge` and `both`, once it is solved.
  var combined: CombinedHead?
}

extension PreparedTask {
  /// Lets a model answer scored rows.
  ///
  /// - Parameters:
  ///   - base: The model and its tokenizer.
  ///   - positions: Which rows, as positions in ``PreparedTask/evaluated``.
  ///   - heads: The task's output heads.
  ///   - experts: Which experts serve the task; `nil` is the base.
  ///   - progress: Called with the number of rows done; what it throws ends the scoring.
  /// - Throws: `LearningError`, `ScoringError.tooLarge`, errors of the layers below.
  func answers(
    _ base: Base, positions: [Int], heads: AnsweringHeads, experts: (any ExpertSelection)?,
    progress: (Int) throws -> Void = { _ in }
  ) throws -> TaskAnswers {
    let evaluator = Evaluator(base.model)
    let rows = positions.map { evaluated[$0] }
    if task.kind == .classification, let combined = heads.combined {
      return .labels(
        try LabelParts(base, labelIds: labelIds).predictions(rows, by: combined, expert: experts, progress: progress))
    }
    guard task.kind == .generation else {
      return .labels(
        try evaluator.predictions(rows, labels: labelIds, head: heads.trained, experts: experts, progress: progress))
    }
    let written = try evaluator.written(rows, limit: answerTokens, experts: experts, progress: progress)
    return .written(
      try zip(positions, written).map { row, written in
        try key.scored(
          base.text(ofAnswer: written.ids), tokens: written.ids.count, isCut: written.isCut, row: row)
      })
  }
}
