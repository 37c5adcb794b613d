import Files
import Streams
import TaskModels

extension TaskEvaluation {
  /// Lines of rows that a message names.
  private static let mostLines = 10

  /// Refuses rows of which some do not say what is right; all of them are told at once.
  ///
  /// - Throws: ``EvolutionError/row(file:line:problem:fix:)``.
  static func requireAnswers(_ rows: [RequestRow], _ kind: TaskForm.Kind, file: String) throws {
    let isSet = kind == .severalLabels
    let without = rows.filter { isSet ? $0.labels == nil : $0.answer == nil }
    guard let first = without.first else { return }
    let isEmpty = !isSet && first.hasEmptyAnswer
    let problem =
      isSet
      ? "has no \"labels\" to compare with"
      : isEmpty ? "has an empty label or answer" : "has no \"label\" or \"answer\" to compare with"
    let fix =
      isSet
      ? first.naming("labels", "[] is none of them. ")
      : isEmpty ? "Fill it, or leave the row out: `accrete predict` answers without it." : first.naming("label")
    throw EvolutionError.row(
      file: file, line: first.line, problem: problem + others(without, of: rows.count), fix: fix)
  }

  /// How many rows are without, and where the first of them are; nothing of a single one.
  private static func others(_ without: [RequestRow], of count: Int) -> String {
    guard without.count > 1 else { return "" }
    guard without.count < count else { return "; none of the \(count) rows has one" }
    let lines = without.prefix(mostLines).map { "\($0.line)" }.joined(separator: ", ")
    return "; \(without.count) of \(count) rows have none (lines \(lines)\(without.count > mostLines ? ", …" : ""))"
  }
}
