import Files
public import Records
import Streams

/// A matrix of a run with everything that must be said about its numbers.
public enum ScoreTable {
  /// The matrix; under it, unless all of it is the accuracy of labels, the measure of each of its columns, answers that were cut,
  /// and what the suite says about its data.
  ///
  /// - Parameters:
  ///   - file: A matrix of the run.
  ///   - manifest: Of the same run.
  /// - Throws: `MetricError` for an invalid matrix.
  public static func render(_ file: MatrixFile, of manifest: Manifest) throws -> String {
    let column = file.column ?? .clean
    let head = manifest.configuration.outputHead
    let title = manifest.configuration.method + (head == .label ? "" : ", output head \(head.rawValue)")
    let table = MatrixTable.render([
      MatrixTable.Column(
        title: manifest.hasLegacyColumn ? "\(title), \(column.rawValue) scores" : title, matrix: try file.matrix(),
        score: manifest.scoreName(column))
    ])
    if manifest.isPlainAccuracy { return table }
    let measures = measures(of: manifest, n: file.n, column)
    // What is true of both columns stands once, under the first of two tables.
    guard column == .clean else { return ([table] + measures).joined(separator: "\n") }
    let notes = manifest.tasks.flatMap { manifest.scoring(of: $0).notes }
    return ([table] + measures + cutLines(file) + notes.map { "note: \($0)" }).joined(separator: "\n")
  }

  /// What each task is scored by; nothing where all of it is the accuracy of labels.
  ///
  /// - Parameters:
  ///   - manifest: Of the run.
  ///   - n: Rows that count, of each task.
  ///   - column: Which of the two.
  static func measures(of manifest: Manifest, n: [Int], _ column: ScoreColumn) -> [String] {
    if manifest.isPlainAccuracy { return [] }
    return zip(manifest.tasks, n).compactMap { measure(of: $0, n: $1, column, manifest) }
  }

  private static func measure(of task: String, n: Int, _ column: ScoreColumn, _ manifest: Manifest) -> String? {
    let scoring = manifest.scoring(of: task)
    guard let measure = scoring.measure(column) else { return nil }
    let range = measure.highest == 1 ? "" : ", of \(number(measure.lowest)) to \(number(measure.highest))"
    let answers =
      scoring.answers == .labels ? "label" : "written, at most \(scoring.answerTokens ?? 0) tokens"
    let leftOut =
      column == .clean && !scoring.leftOut.isEmpty ? " without \(scoring.leftOut.count) also trained on" : ""
    return "\(task): \(measure.name)\(range): \(measure.formula); \(answers); n \(n)\(leftOut)"
  }

  /// How many written answers were cut in the last row that was scored.
  private static func cutLines(_ file: MatrixFile) -> [String] {
    guard let last = file.cut?.last(where: { $0.contains { $0 != nil } }) else { return [] }
    let cells = zip(file.tasks, last).compactMap { task, cut in cut.flatMap { $0 > 0 ? "\(task) \($0)" : nil } }
    return cells.isEmpty
      ? [] : ["answers that were cut at their limit, in the last row: \(cells.joined(separator: ", "))"]
  }

  private static func number(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e15 ? String(Int(saturating: value)) : String(value)
  }
}
