public import Files

/// Why runs cannot be reported on together.
public enum ReportError: AccreteError, Equatable {
  case noRuns
  /// Two folders hold the same run: the same method, settings, order and seed.
  case sameRun(String, String)
  /// Several runs have no folder in common that a report would belong to.
  case noFolder(runs: Int)

  public var category: ErrorCategory { .usage }

  /// One line: what was given, and what to do.
  public var description: String { text.onOneLine }

  private var text: String {
    switch self {
    case .noRuns: "no run to report on: give one or more folders that `accrete train --out` wrote"
    case .sameRun(let one, let other):
      "\(other): is the same run as \(one) (method, settings, order and seed), which would count twice in a mean. Give one of them."
    case .noFolder(let runs):
      "a report on \(runs) runs belongs into no run's folder: say where it goes with --out DIR, or --html and --markdown"
    }
  }
}
