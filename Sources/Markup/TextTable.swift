/// Rows of text in columns that are as wide as they need be.
public enum TextTable {
  /// Puts cells below each other.
  ///
  /// - Parameter rows: The cells of each row; a row may have fewer than others.
  public static func render(_ rows: [[String]]) -> String {
    let columns = rows.map(\.count).max() ?? 0
    let widths = (0..<columns).map { column in rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0 }
    return rows.map { row in
      let line = row.enumerated().map { column, cell in
        column + 1 == row.count
          ? cell : cell + String(repeating: " ", count: max(0, widths[column] + 2 - cell.count))
      }
      return line.joined()
    }.joined(separator: "\n")
  }
}
