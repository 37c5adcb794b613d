extension JSONLReader {
  /// Which two fields the rows of a file have.
  enum Form {
    case promptAnswer
    case textLabel

    /// The form that a row has by its fields.
    ///
    /// - Throws: ``StreamError/field(_:)`` if it has fields of both forms or of none.
    init(of row: RowFields) throws {
      let isPrompt = row.has("prompt") || row.has("answer")
      let isText = row.has("text") || row.has("label")
      guard isPrompt != isText else {
        throw StreamError.field(
          row.place.detail(
            expected: "the fields \"prompt\" and \"answer\", or \"text\" and \"label\"",
            got: row.names.isEmpty ? "a row without fields" : listed(row.names),
            fix: "Give every row exactly one of the two pairs."))
      }
      self = isPrompt ? .promptAnswer : .textLabel
    }

    /// The row as an example.
    ///
    /// - Throws: ``StreamError/field(_:)`` if the row is of the other form, or a field is missing or no string.
    func example(of row: RowFields, id: String) throws -> Example {
      guard try Form(of: row) == self else {
        throw StreamError.field(
          row.place.detail(
            expected: self == .promptAnswer
              ? "\"prompt\" and \"answer\", as in the first row" : "\"text\" and \"label\", as in the first row",
            got: listed(row.names), fix: "Write all rows of a file in one form, or make two files."))
      }
      for name in ["instruction", "cue"] where row.has(name) {
        throw StreamError.field(
          row.place.detail(
            expected: "no field \"\(name)\" in a row", got: "one",
            fix:
              "Remove it: the whole task has one \(name). A row of its own kind can be \"prompt\" and \"answer\"."
          ))
      }
      return switch self {
      case .promptAnswer:
        Example(id: id, index: row.index, text: try row.text("prompt"), answer: try row.text("answer"))
      case .textLabel:
        Example(id: id, index: row.index, text: try row.text("text").stripped, answer: try row.text("label"))
      }
    }
  }
}
