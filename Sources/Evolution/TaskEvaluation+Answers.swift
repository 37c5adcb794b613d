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
    let without = rows.filter { !$0.saysWhatIsRight(kind) }
    guard let first = without.first else { return }
    // A column that other rows have is not called otherwise.
    let isSome = without.count < rows.count
    let leaveOut = ", or leave \(without.count == 1 ? "it" : "them") out: --skip-unreadable."
    let isEmpty = !isSet && first.hasEmptyAnswer
    let problem =
      isSet
      ? "has no \"labels\" to compare with"
      : isEmpty ? "has an empty label or answer" : "has no \"label\" or \"answer\" to compare with"
    let (row, it) = without.count == 1 ? ("the row", "it") : ("these rows", "them")
    let fix =
      isEmpty
      ? isSome ? "Fill \(it)\(leaveOut)" : "Fill \(it); `accrete predict` answers without."
      : isSome
        ? isSet ? "Give \(row) labels ([] is none of them)\(leaveOut)" : "Give \(row) a label\(leaveOut)"
        : isSet ? first.naming("labels", "[] is none of them. ") : first.naming("label")
    throw EvolutionError.row(
      file: file, line: first.line, problem: problem + others(without, of: rows.count), fix: fix)
  }

  /// Rows without those that do not say what is right, and the lines of these. Where none says it, the file is of another kind than it seems,
  /// and all of them stay.
  static func labelled(_ rows: [RequestRow], _ kind: TaskForm.Kind) -> (rows: [RequestRow], without: [Int]) {
    func isLabelled(_ row: RequestRow) -> Bool {
      kind == .severalLabels ? (try? row.labels?.get()) != nil : row.saysWhatIsRight(kind)
    }
    let labelled = rows.filter(isLabelled)
    guard !labelled.isEmpty else { return (rows, []) }
    return (labelled, rows.filter { !isLabelled($0) }.map(\.line))
  }

  /// How many rows are without, and where the first of them are; nothing of a single one.
  private static func others(_ without: [RequestRow], of count: Int) -> String {
    guard without.count > 1 else { return "" }
    guard without.count < count else { return "; none of the \(count) rows has one" }
    let lines = without.prefix(mostLines).map { "\($0.line)" }.joined(separator: ", ")
    return "; \(without.count) of \(count) rows have none (lines \(lines)\(without.count > mostLines ? ", …" : ""))"
  }
}

extension RequestRow {
  fileprivate func saysWhatIsRight(_ kind: TaskForm.Kind) -> Bool {
    kind == .severalLabels ? labels != nil : answer != nil
  }
}
