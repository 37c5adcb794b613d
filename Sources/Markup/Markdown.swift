import Files

/// Markdown in which texts that others wrote stay texts.
public enum Markdown {
  /// On one line, and with a backslash before everything that Markdown or HTML would read as more than a character.
  ///
  /// - Parameter text: Any text.
  public static func escape(_ text: String) -> String {
    var result = ""
    for character in text.onOneLine {
      if "\\`*_[]<>|#&~$!".contains(character) { result.append("\\") }
      result.append(character)
    }
    return result
  }

  /// A table whose first column is text and whose others are numbers.
  ///
  /// - Parameters:
  ///   - columns: What stands above.
  ///   - rows: Their cells.
  public static func table(columns: [String], rows: [[String]]) -> String {
    let rule = "|---" + String(repeating: "|---:", count: max(0, columns.count - 1)) + "|"
    func line(_ cells: [String]) -> String { "| " + cells.map(escape).joined(separator: " | ") + " |" }
    return ([line(columns), rule] + rows.map(line)).joined(separator: "\n")
  }
}
