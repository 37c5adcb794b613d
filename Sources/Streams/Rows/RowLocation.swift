import Files

/// A location in a file, to be named in messages.
struct RowLocation: Sendable, Equatable, CustomStringConvertible {
  /// The file as it was given.
  let file: String
  /// The line, counted from 1.
  var line: Int?
  /// The row of a JSON array, counted from 0.
  var row: Int?

  /// `FILE`, `FILE:LINE` or `FILE:LINE (row N)`; of what is no file, `standard input, line LINE`.
  var description: String {
    let lined = line.map { file == StandardInput.title ? "\(file), line \($0)" : "\(file):\($0)" } ?? file
    return row.map { "\(lined) (row \($0), counted from 0)" } ?? lined
  }

  /// The detail of an error at this location.
  func detail(expected: String, got: String, fix: String) -> StreamError.Detail {
    StreamError.Detail(file: file, line: line, row: row, expected: expected, got: got, fix: fix)
  }
}

/// A string of a file between quotation marks, short enough for a message.
func quoted(_ text: String) -> String {
  let short = text.unicodeScalars.prefix(60)
  return "\"" + String(short).printable + (short.endIndex < text.unicodeScalars.endIndex ? "…" : "") + "\""
}

/// A list of names for a message; a long one ends with its count.
func listed(_ names: [String]) -> String {
  names.map(quoted).listed
}
