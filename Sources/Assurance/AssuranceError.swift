public import Files
public import Foundation

/// Why a statistic cannot be computed from what was given.
public enum AssuranceError: AccreteError, Sendable, Equatable, LocalizedError {
  /// There is nothing to compute from.
  case empty(what: String)
  /// Two lists that belong together have different lengths.
  case lengths(what: String, expected: Int, got: Int)
  /// A number is out of its range; `row` counts from 0 and is `nil` where there are no rows.
  case value(what: String, row: Int?, expected: String, got: String, fix: String)

  public var category: ErrorCategory { .data }

  /// One line: what, where, what was expected, what was given, and the fix.
  public var description: String {
    switch self {
    case .empty(let what):
      "\(what): expected at least one row, got none. Give the rows that the statistic is about."
    case .lengths(let what, let expected, let got):
      "\(what): expected \(expected), got \(got). Give one for each row, in the same order."
    case .value(let what, let row, let expected, let got, let fix):
      "\(what)\(row.map { " in row \($0) (the first is 0)" } ?? ""): expected \(expected), got \(got). \(fix)"
    }
  }

  /// The same line, for `localizedDescription`.
  public var errorDescription: String? { description }
}
