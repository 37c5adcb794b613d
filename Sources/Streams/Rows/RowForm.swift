import Files

/// Which fields the rows of a file have.
public enum RowForm: String, Sendable, CaseIterable {
  /// A text and one of the task's labels.
  case textLabel = "text-label"
  /// A prompt, used as it is, and what is to be answered.
  case promptAnswer = "prompt-answer"
  /// The same as others call it.
  case promptCompletion = "prompt-completion"

  /// What is asked, and what is to be answered.
  var fields: (text: String, answer: String) {
    switch self {
    case .textLabel: ("text", "label")
    case .promptAnswer: ("prompt", "answer")
    case .promptCompletion: ("prompt", "completion")
    }
  }

  /// The form of the first row of a file: the only one all of whose fields it has.
  ///
  /// - Throws: ``StreamError/field(_:)`` if that is none or more than one.
  init(of row: RowFields) throws {
    let found = Self.allCases.filter { row.has($0.fields.text) && row.has($0.fields.answer) }
    guard found.count == 1, let form = found.first else {
      let forms = Self.allCases.map { "\"\($0.fields.text)\" and \"\($0.fields.answer)\"" }
      throw StreamError.field(
        row.place.detail(
          expected: "the fields of one form (\(forms.joined(separator: ", or ")))",
          got: row.names.isEmpty ? "a row without fields" : listed(row.names),
          fix: found.isEmpty
            ? "Rename them, or say which they are: --columns text=COLUMN,label=COLUMN."
            : "Say which is meant: --form \(found.map(\.rawValue).joined(separator: " or "))."))
    }
    self = form
  }

  /// The row as an example.
  ///
  /// - Parameter refusesOptions: whether a field that looks like an option of the task is an error; not where columns were named.
  /// - Throws: ``StreamError/field(_:)`` if the row is of another form, or a field is missing or of another type.
  func example(of row: RowFields, id: String, refusesOptions: Bool) throws -> Example {
    guard row.has(fields.text) || row.has(fields.answer) else {
      throw StreamError.field(
        row.place.detail(
          expected: "\"\(fields.text)\" and \"\(fields.answer)\", as in the first row", got: listed(row.names),
          fix: "Write all rows of a file in one form, or make two files."))
    }
    for name in ["instruction", "cue"] where refusesOptions && row.has(name) {
      throw StreamError.field(
        row.place.detail(
          expected: "no field \"\(name)\" in a row", got: "one",
          fix:
            "Remove it: the whole task has one --\(name). A row of its own kind can be \"prompt\" and \"answer\"; --columns passes over what it does not name."
        ))
    }
    let text = try row.text(fields.text)
    return Example(
      id: id, index: row.index, text: self == .textLabel ? text.stripped : text, answer: try row.label(fields.answer))
  }
}
