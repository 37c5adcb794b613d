import Decoder
import Generation
import Learning
import Streams
import Tokenization
import Torch

extension PreparedTask {
  /// Lets a model answer scored rows.
  ///
  /// - Parameters:
  ///   - base: the model and its tokenizer.
  ///   - places: which rows, as places in ``PreparedTask/evaluated``.
  ///   - head: of the head read-out; nil for the label read-out.
  ///   - experts: which experts serve the task; nil is the base.
  ///   - progress: called with the number of rows done; what it throws ends the scoring.
  /// - Throws: `LearningError`, `ScoringError.tooLarge`, errors of the layers below.
  func answers(
    _ base: Base, places: [Int], head: Tensor?, experts: (any ExpertSelection)?,
    progress: (Int) throws -> Void = { _ in }
  ) throws -> TaskAnswers {
    let evaluator = Evaluator(base.model, pad: base.padToken)
    let rows = places.map { evaluated[$0] }
    guard task.kind == .generation else {
      return .labels(
        try evaluator.predictions(rows, labels: labelIds, head: head, experts: experts, progress: progress))
    }
    let written = try evaluator.written(rows, limit: answerTokens, experts: experts, progress: progress)
    return .written(
      try zip(places, written).map { row, written in
        try key.scored(
          base.text(ofAnswer: written.ids), tokens: written.ids.count, isCut: written.isCut, row: row)
      })
  }
}
