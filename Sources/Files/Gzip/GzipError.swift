/// A gzipped file that is cut short, broken, or that unpacks to too much.
public struct GzipError: AccreteError, Equatable, Sendable {
  /// The file as it was given.
  public let path: String
  public let expected: String
  public let got: String
  /// What the user can do, as a sentence.
  public let fix: String

  public var category: ErrorCategory { .data }

  /// One line: `PATH: expected …, got …. Fix: …`.
  public var description: String { "\(path): expected \(expected), got \(got). Fix: \(fix)".onOneLine }
}
