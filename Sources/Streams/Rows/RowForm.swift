import Files

/// Which fields the rows of a file have.
public enum RowForm: String, Sendable, CaseIterable {
  /// A text and one of the task's labels.
  case textLabel = "text-label"
  /// A text and those of the task's labels that belong to it.
  case textLabels = "text-labels"
  /// A prompt, used as it is, and what is to be answered.
  case promptAnswer = "prompt-answer"
  /// The same as others call it.
  case promptCompletion = "prompt-completion"

  /// What is asked, and what is to be answered.
  var fields: (text: String, answer: String) {
    switch self {
    case .textLabel: ("text", "label")
    case .textLabels: ("text", "labels")
    case .promptAnswer: ("prompt", "answer")
    case .promptCompletion: ("prompt", "completion")
    }
  }

  /// Whether the text stands between the task's instruction and cue.
  var hasText: Bool { self == .textLabel || self == .textLabels }

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
            ? Self.way(row)
            : "Say which is meant: --form \(found.map(\.rawValue).joined(separator: " or "))."))
    }
    self = form
  }

  /// What helps where a row has the fields of none.
  private static func way(_ row: RowFields) -> String {
    let chats: [(field: String, filter: String)] = [
      ("messages", "{prompt: (.messages[-2].content + \"\\n\"), completion: .messages[-1].content}"),
      ("conversations", "{prompt: (.conversations[-2].value + \"\\n\"), completion: .conversations[-1].value}"),
    ]
    for (field, filter) in chats where row.has(field) {
      return
        "These are conversations, which are not read yet; of their last turn `jq -c 'if type==\"array\" then .[] else . end | \(filter)' FILE` makes rows."
    }
    if row.has("instruction"), row.has("output") {
      return
        "This is alpaca's form, which is not read yet; `jq -c 'if type==\"array\" then .[] else . end | {prompt: (.instruction + \"\\n\" + (.input // \"\") + \"\\n\"), completion: .output}' FILE` makes rows."
    }
    let named = allCases.first { form in
      [form.fields.text, form.fields.answer].allSatisfy { name in row.names.contains { $0.lowercased() == name } }
    }
    if let fields = named?.fields {
      let pairs = [fields.text, fields.answer].map { name in
        "\(name)=\(row.names.first { $0.lowercased() == name } ?? name)"
      }
      return "Names are compared to the letter: --columns \(pairs.joined(separator: ","))."
    }
    return
      "Rename them, or say which they are: --columns text=COLUMN,label=COLUMN. The first line of a table has the columns' names."
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
      id: id, index: row.index, text: hasText ? text.stripped : text,
      answer: self == .textLabels ? try row.labelSet(fields.answer).text : try row.label(fields.answer))
  }
}
