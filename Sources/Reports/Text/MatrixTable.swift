import Foundation
public import Records

/// Task matrices as plain text, several side by side.
public enum MatrixTable {
  /// One matrix and the heading above it.
  public struct Column {
    public let title: String
    public let matrix: TaskMatrix
    /// What its numbers are.
    public let score: String

    public init(title: String, matrix: TaskMatrix, score: String = "accuracy") {
      self.title = title
      self.matrix = matrix
      self.score = score
    }
  }

  private static let cellWidth = 10

  /// A table with a row for each stage of learning. What a task scored just after it was learned is marked with `*`; a
  /// later score lower by two points or more with `↓`.
  public static func render(_ columns: [Column]) -> String {
    let stages = columns.map { $0.matrix.scores.count }.max() ?? 0
    var lines = [String](repeating: "", count: stages + 2)
    let labels = (0..<stages).map { stage in
      stage == 0 ? "untrained" : "after " + (columns.first?.matrix.tasks[safe: stage - 1] ?? "\(stage)")
    }
    let labelWidth = (labels.map(\.count).max() ?? 0) + 2
    lines[0] = String(repeating: " ", count: labelWidth)
    lines[1] = String(repeating: " ", count: labelWidth)
    for stage in 0..<stages { lines[stage + 2] = padded(labels[stage], labelWidth) }
    for column in columns {
      let width = column.matrix.tasks.count * cellWidth + 2
      lines[0] += padded(column.title, width)
      lines[1] += padded(
        column.matrix.tasks.map { padded(String($0.prefix(cellWidth - 1)), cellWidth) }.joined(), width)
      for stage in 0..<stages {
        let cells = column.matrix.tasks.indices.map { padded(cell(column.matrix, stage, $0), cellWidth) }
        lines[stage + 2] += padded(cells.joined(), width)
      }
    }
    let legend = "\(columns.first?.score ?? "accuracy"); * just learned, ↓ two points or more below that"
    return (lines.map(trimmedRight) + [legend]).joined(separator: "\n")
  }

  private static func cell(_ matrix: TaskMatrix, _ stage: Int, _ task: Int) -> String {
    guard let score = matrix[stage, task] else { return "–" }
    var text = String(format: "%.3f", score)
    if stage == task + 1 { text += "*" }
    if stage > task + 1, let learned = matrix[task + 1, task], learned - score >= 0.02 { text += "↓" }
    return text
  }

  static func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }

  private static func trimmedRight(_ text: String) -> String {
    var result = Substring(text)
    while result.last == " " { result.removeLast() }
    return String(result)
  }
}

extension Array {
  subscript(safe index: Int) -> Element? { indices.contains(index) ? self[index] : nil }
}
