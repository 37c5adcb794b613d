import Streams

extension TaskModelRunner {
  /// The answer of a task with several labels.
  func answer(
    _ example: EncodedExample, by combination: LabelSetCombination, _ parts: LabelSetCombination.Parts
  ) -> TaskAnswer {
    let probabilities = combination.probabilities(parts)
    let given = combination.given(probabilities)
    return TaskAnswer(
      text: LabelSet(given.map { model.form.labels[$0] }).text, label: nil, probabilities: probabilities, parts: nil,
      droppedTokens: example.droppedTokens, isCut: false, promptTokens: example.promptIds.count, labels: given)
  }
}
