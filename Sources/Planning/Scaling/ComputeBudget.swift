import Foundation

/// Runs that cost the same.
struct ComputeBudget {
  /// Runs of a budget differ by less.
  static let width = 0.05

  let runs: [ScalingRun]

  /// C: the geometric mean of the runs' FLOPs.
  var flops: Double { exp(runs.reduce(0) { $0 + log($1.flops) } / Double(max(runs.count, 1))) }

  /// Different N.
  var sizes: Int { Set(runs.map(\.record.activatedParameters)).count }

  /// Whether the dearest run differs from the cheapest by less than ``width``: between neighbours all do.
  var isNarrow: Bool {
    guard let low = runs.map(\.flops).min(), let high = runs.map(\.flops).max() else { return true }
    return high / low < 1 + Self.width
  }

  /// Runs by budget, the smallest first: a new one begins where the next run costs 5 % more or above.
  static func grouped(_ runs: [ScalingRun]) -> [ComputeBudget] {
    var groups: [[ScalingRun]] = []
    // By name where equal, so that the order of reading decides nothing.
    for run in runs.sorted(by: { ($0.flops, $0.name) < ($1.flops, $1.name) }) {
      if let last = groups.last?.last, run.flops / last.flops < 1 + width {
        groups[groups.count - 1].append(run)
      } else {
        groups.append([run])
      }
    }
    return groups.map(ComputeBudget.init)
  }
}
