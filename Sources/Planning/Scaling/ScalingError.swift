public import Files
public import Foundation

/// Why a scaling law cannot be fitted, or asked.
public enum ScalingError: AccreteError, Sendable, Equatable, LocalizedError {
  /// A number that cannot be: not finite, or outside of its range.
  case invalid(location: String, name: String, expected: String, got: String)
  /// A folder among the runs that holds no finished pretraining run.
  case notARun(path: String, reason: String)
  /// The folder holds no run at all.
  case noRuns(path: String)
  /// The same run lies in two folders, and would count twice.
  case sameRun(String, String)
  /// Two runs were scored on other texts, or with other tokenizers: their losses per token cannot be compared.
  case otherText(name: String, bytesPerToken: Double, other: String, otherBytesPerToken: Double)
  /// Too few budgets have a minimum; what is wrong with each of the others.
  case tooFewBudgets(fitted: Int, failed: [BudgetFailure])
  /// FLOPs per token are not a linear function of N with values above 0.
  case noCost(reason: String)

  public var category: ErrorCategory {
    switch self {
    case .invalid(let location, _, _, _) where location == "plan" || location == "bootstrap": .usage
    case .noRuns: .notFound
    case .invalid, .notARun, .sameRun, .otherText, .tooFewBudgets, .noCost: .data
    }
  }

  /// One line: what was found, and what to do.
  public var description: String { text.onOneLine }

  private var text: String {
    switch self {
    case .invalid(let location, let name, let expected, let got):
      "\(location): \(name): expected \(expected), got \(got)."
    case .notARun(let path, let reason):
      "\(path): no finished pretraining run: \(reason). Take the folder away, or leave such folders out with --skip-others."
    case .noRuns(let path):
      "\(path): no folder of a run in it. Give the folder that holds the runs' folders, each with a metrics.json."
    case .sameRun(let one, let other):
      "\(other): the same numbers and seed as \(one), which would count twice. Take one of them away."
    case .otherText(let one, let first, let other, let second):
      """
      \(other): \(Self.short(second)) bytes per token of the held-out text, \(one): \(Self.short(first)). \
      Losses per token compare only runs with one tokenizer and one held-out text; fit them apart.
      """
    case .tooFewBudgets(let fitted, let failed):
      """
      isoFLOP fit: \(fitted) of \(fitted + failed.count) budgets have a minimum, at least 2 are needed. \
      \(failed.map(\.description).joined(separator: " "))
      """
    case .noCost(let reason): "FLOPs per token as p · N + q: \(reason)."
    }
  }

  private static func short(_ value: Double) -> String { String(format: "%.3f", value) }

  /// The same line, for `localizedDescription`.
  public var errorDescription: String? { description }
}

/// A budget without a minimum.
public struct BudgetFailure: Sendable, Codable, Equatable, CustomStringConvertible {
  /// Why.
  public enum Reason: String, Sendable, Codable {
    /// Fewer than 3 different N.
    case tooFewSizes = "too-few-sizes"
    /// The parabola opens downwards, or is a line.
    case notConvex = "not-convex"
    /// The minimum lies outside of the sizes that were trained.
    case minimumBelow = "minimum-below"
    /// The same on the other side.
    case minimumAbove = "minimum-above"
    /// Neighbours differ by less than 5 %, the ends by more.
    case spread
  }

  /// C, the geometric mean of the runs' FLOPs.
  public let flops: Double
  /// Runs of the budget.
  public let runs: Int
  public let reason: Reason

  /// One sentence: which budget, why, and what would help.
  public var description: String {
    let what =
      switch reason {
      case .tooFewSizes: "fewer than 3 different N; train more sizes"
      case .notConvex: "loss over ln N has no minimum (not convex); train more sizes, or sizes further apart"
      case .minimumBelow: "the minimum lies below the smallest N; train smaller sizes"
      case .minimumAbove: "the minimum lies above the largest N; train larger sizes"
      case .spread: "its runs' FLOPs run from one budget into the next; keep runs of a budget within 5 %"
      }
    return "Budget \(ScalingFit.short(flops)) FLOP (\(runs == 1 ? "1 run" : "\(runs) runs")): \(what)."
  }
}
