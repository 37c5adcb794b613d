import Foundation
import Streams

extension TaskModelRunner {
  /// Answers of a task with several labels.
  func setAnswers(
    _ examples: [EncodedExample], _ combination: LabelSetCombination, _ progress: (Int) throws -> Void
  ) throws -> [TaskAnswer] {
    let parts = try scores.setParts(
      of: examples, expert: selection, head: combination.usesExpert ? model.trainedHead : nil,
      ridge: combination.usesRidge ? model.ridge : nil, progress: progress)
    return zip(examples, parts).map { example, parts in
      let probabilities = combination.probabilities(parts)
      let given = combination.given(probabilities)
      return TaskAnswer(
        text: LabelSet(given.map { model.form.labels[$0] }).text, label: nil, probabilities: probabilities, parts: nil,
        droppedTokens: example.droppedTokens, isCut: false, promptTokens: example.promptIds.count,
        labels: given)
    }
  }
}
