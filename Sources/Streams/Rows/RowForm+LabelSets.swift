extension RowForm {
  /// Refuses a row that has one label where the others have several, or the other way round, and one that has both.
  ///
  /// - Throws: ``StreamError/field(_:)``.
  func requireAlone(_ row: RowFields) throws {
    guard let other = otherLabelField, row.has(other) else { return }
    let hasBoth = row.has(fields.answer)
    throw StreamError.field(
      row.location.detail(
        expected: "\"\(fields.answer)\", as in the first row", got: hasBoth ? "\"\(other)\" beside it" : "\"\(other)\"",
        fix: hasBoth
          ? "Say which is meant: --form text-label or text-labels."
          : "Write all rows of a file with one label, or all with several."))
  }

  /// What rows with one label call what these have several of, and the other way round.
  private var otherLabelField: String? {
    switch self {
    case .textLabel: Self.textLabels.fields.answer
    case .textLabels: Self.textLabel.fields.answer
    case .promptAnswer, .promptCompletion, .promptMessages, .messages, .sharegpt, .alpaca: nil
    }
  }
}
