public import Files
public import Foundation

/// Why learning rates cannot be planned from what was given.
public enum RateError: AccreteError, Sendable, Equatable, LocalizedError {
  /// A number that cannot be: not finite, or outside of its range.
  case invalid(name: String, expected: String, got: String)
  /// The warm-up reaches into the anneal, or further.
  case warmUpTooLong(warmUp: Int, total: Int, annealBegins: Int)
  /// A position that the schedule does not have.
  case outsideOfSchedule(done: Int, length: Int)
  /// The two gradients say that there is no signal, or no noise: what they were measured on was too little.
  case noEstimate(what: String, value: Double)

  public var category: ErrorCategory { .usage }

  /// One line: what, what was expected and given, and what to do.
  public var description: String {
    switch self {
    case .invalid(let name, let expected, let got): "\(name): expected \(expected), got \(got)."
    case .warmUpTooLong(let warmUp, let total, let annealBegins):
      """
      warm-up: \(warmUp) of \(total), but the anneal begins after \(annealBegins). \
      Shorten the warm-up to \(annealBegins) or less, train longer, or make the anneal's share smaller.
      """
    case .outsideOfSchedule(let done, let length):
      "learning rate after \(done): the schedule covers 1 to \(length). Give it the run's whole length."
    case .noEstimate(let what, let value):
      """
      gradient noise scale: the estimate of \(what) is \(value), which is not positive. \
      Average the squared norms over more batches, or take two batch sizes that are further apart.
      """
    }
  }

  /// The same line, for `localizedDescription`.
  public var errorDescription: String? { description }
}
