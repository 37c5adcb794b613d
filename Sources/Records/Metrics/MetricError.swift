public import Files
public import Foundation

/// Why a metric cannot be computed of what was given.
public enum MetricError: AccreteError, Sendable, Equatable, LocalizedError {
  /// Two lists that belong together have different sizes, or a table has another shape.
  case shape(what: String, expected: Int, got: Int)
  /// A number that cannot be: not finite, or outside of its range.
  case value(what: String, expected: String, got: String)

  public var category: ErrorCategory { .data }

  /// One line: what, what was expected and what was given.
  public var description: String {
    switch self {
    case .shape(let what, let expected, let got): "\(what): expected \(expected), got \(got)."
    case .value(let what, let expected, let got): "\(what): expected \(expected), got \(got)."
    }
  }

  /// The same line, for `localizedDescription`.
  public var errorDescription: String? { description }
}
