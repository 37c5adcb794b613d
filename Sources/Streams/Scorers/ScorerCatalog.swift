/// The `clean` scorers by name: what a user can choose for tasks of their own.
public enum ScorerCatalog {
  /// The names; every free answer can be scored by all but `macro-f1`, which is for labels.
  public static let names = [
    "accuracy", "numeric-accuracy", "first-character", "rouge-l", "edit-similarity", "sari", "macro-f1",
  ]

  /// Those that free answers can be scored by.
  public static let answerNames = names.filter { $0 != "macro-f1" }

  /// The scorer of a name for a task; `nil` if there is none of that name for answers of its kind. A label is right or
  /// wrong, so that of the measures of texts only `accuracy` says something about it.
  ///
  /// - Parameters:
  ///   - name: One of ``names``.
  ///   - task: The task to be scored.
  public static func clean(_ name: String, for task: LearningTask) -> (any Scorer)? {
    switch (name, task.kind) {
    case ("accuracy", _): Accuracy(.clean)
    case ("macro-f1", .classification): MacroF1(labels: task.labels)
    case ("numeric-accuracy", .generation): NumericAccuracy()
    case ("first-character", .generation): FirstCharacter(.clean)
    case ("rouge-l", .generation): RougeL(.clean)
    case ("edit-similarity", .generation): EditSimilarity(.clean)
    case ("sari", .generation): SARI(.clean)
    default: nil
    }
  }
}
