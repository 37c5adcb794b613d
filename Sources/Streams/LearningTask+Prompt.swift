extension LearningTask {
  /// The prompt of an example as one text: instruction, text and cue, on lines of their own.
  ///
  /// A model reads the same text, but its parts are tokenized apart and a long text may be shortened: see
  /// ``PromptEncoder``.
  ///
  /// - Parameter example: A row of this task.
  public func prompt(of example: Example) -> String {
    (instruction.isEmpty ? "" : instruction + "\n") + example.text + (cue.isEmpty ? "" : "\n" + cue)
  }

  /// The task with other words for its labels; labels that have none keep theirs.
  func spelling(_ words: [String: String]) -> LearningTask {
    guard !words.isEmpty else { return self }
    func spelled(_ rows: [Example]) -> [Example] {
      rows.map { Example(id: $0.id, index: $0.index, text: $0.text, answer: words[$0.answer] ?? $0.answer) }
    }
    return LearningTask(
      name: name, instruction: instruction, cue: cue, labels: labels.map { words[$0] ?? $0 }, train: spelled(train),
      test: spelled(test), kind: kind)
  }
}
