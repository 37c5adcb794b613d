public import Files

/// What can be wrong with a comparison.
public enum ComparisonError: AccreteError, Equatable {
  /// A folder that holds something else.
  case notAComparison(folder: String)
  /// Data, base, options or code are not those with which the comparison was begun.
  case changed(folder: String, differences: [String])
  /// The grid names fewer cells than the comparison has.
  case cellsLeftOut(folder: String, cells: [String])
  /// Another process works on it.
  case inUse(folder: String, by: String, fix: String)
  /// A cell's files do not belong to the comparison, or to each other.
  case cellDiffers(cell: String, what: String, expected: String, got: String)
  /// A cell's record was changed, or cannot be one. `hasRun`: the run folder, from which it can be made again, is there.
  case recordDamaged(cell: String, reason: String, hasRun: Bool)
  /// Two cells that are compared were scored on different examples.
  case examplesDiffer(cell: String, other: String, task: String)
  /// Some cells ended without a result. `code`: the exit code of the first of them.
  case failed(folder: String, cells: [String], of: Int, code: Int32)
  /// A signal ended it after the running cells had written their checkpoints.
  case interrupted(folder: String, signal: Int32, done: Int, of: Int)

  public var category: ErrorCategory {
    switch self {
    case .notAComparison, .cellsLeftOut: .conflict
    case .changed, .examplesDiffer: .data
    case .cellDiffers, .recordDamaged: .damaged
    case .inUse: .busy
    case .failed(_, _, _, let code): .process(exitCode: code)
    case .interrupted(_, let signal, _, _): .interrupted(signal: signal)
    }
  }

  public var description: String { text.onOneLine }

  private var text: String {
    switch self {
    case .notAComparison(let folder):
      "\(folder): exists, is not a comparison (comparison.json is missing) and is left as it is. Choose another --out."
    case .changed(let folder, let differences):
      "\(folder): holds a comparison that was begun otherwise: \(differences.joined(separator: "; "))."
        + " Results of both cannot stand in one table: restore what was, or choose another --out."
    case .cellsLeftOut(let folder, let cells):
      "\(folder): has cells that are not named now: \(cells.listed)"
        + ". Cells can be added, not left out: name them too, or choose another --out."
    case .inUse(let folder, let holder, let fix):
      "\(folder): \(holder) is working on this comparison. \(fix)"
    case .cellDiffers(let cell, let what, let expected, let got):
      "cell \(cell): \(what): expected \(expected), got \(got)."
        + " Put back what was there, or remove cells/\(cell) and cells/\(cell).json to run the cell again."
    case .recordDamaged(let cell, let reason, let hasRun):
      "cell \(cell): \(reason). Put cells/\(cell).json back as it was written, or remove it "
        + (hasRun ? "to make it again from cells/\(cell)." : "to run the cell again: cells/\(cell) is not there.")
    case .examplesDiffer(let cell, let other, let task):
      "cells \(cell) and \(other) were scored on different rows of \(task): their difference is not that of the methods."
        + " Run one of them again."
    case .failed(let folder, let cells, let count, _):
      "\(folder): \(cells.count) of \(count) cells have no result: \(cells.joined(separator: "; "))."
        + " What they said is in cells/*.log; the same command tries them again."
    case .interrupted(let folder, let signal, let done, let count):
      "\(folder): stopped by signal \(signal) with \(done) of \(count) cells done. The same command goes on."
    }
  }
}
