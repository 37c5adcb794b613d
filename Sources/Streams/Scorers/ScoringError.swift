public import Files
public import Foundation

/// Why answers cannot be scored, by family.
public enum ScoringError: AccreteError, Sendable, Equatable {
  /// There is nothing to take the mean of.
  case empty(Detail)
  /// A text so long that its score would take all memory or hours.
  case tooLarge(Detail)
  /// Answers that do not go with the rows.
  case mismatch(Detail)

  /// What it is, and what to do about it.
  public struct Detail: Sendable, Equatable {
    /// The scorer's name, or the task's.
    public let scorer: String
    /// What was expected.
    public let expected: String
    /// What was found instead.
    public let got: String
    /// What the user can do, as a sentence.
    public let fix: String

    /// Makes a detail.
    ///
    /// - Parameters:
    ///   - scorer: The scorer's name, or the task's.
    ///   - expected: What was expected.
    ///   - got: What was found instead.
    ///   - fix: What the user can do, as a sentence.
    public init(scorer: String, expected: String, got: String, fix: String) {
      self.scorer = scorer
      self.expected = expected
      self.got = got
      self.fix = fix
    }
  }

  public var category: ErrorCategory {
    switch self {
    case .empty, .mismatch: .data
    case .tooLarge: .tooLarge
    }
  }

  /// What it is, and what to do about it.
  public var detail: Detail {
    switch self {
    case .empty(let detail), .tooLarge(let detail), .mismatch(let detail): detail
    }
  }

  /// The most steps that one answer may cost: seconds. Answers of a few thousand words cost a thousandth of it.
  static let mostSteps = 1 << 28

  /// The error for an answer that would cost more than ``mostSteps``.
  static func tooLarge(_ scorer: String, got: String) -> ScoringError {
    .tooLarge(
      Detail(
        scorer: scorer, expected: "a prediction and a reference that can be compared in \(mostSteps) steps", got: got,
        fix: "Limit the tokens that are generated, or remove the row."))
  }
}

extension ScoringError: LocalizedError {
  /// One line: `SCORER: expected …, got …. Fix: …`.
  public var description: String {
    "\(detail.scorer): expected \(detail.expected), got \(detail.got). Fix: \(detail.fix)".onOneLine
  }

  /// The same line, for `localizedDescription`.
  public var errorDescription: String? { description }
}
