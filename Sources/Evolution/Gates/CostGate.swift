import Assurance
import Files
import Foundation

/// What a version may cost.
public struct CostBudget: Sendable, Codable, Equatable {
  /// Bytes of its blobs.
  public var bytes = 64 << 20
  /// Seconds until it can answer.
  public var loadSeconds = 5.0
  /// Milliseconds within which 95 of 100 requests are answered, one at a time.
  public var p95Milliseconds = 2000.0

  /// The usual limits.
  public init() {}
}

/// G6: the candidate is not too large or too slow.
enum CostGate {
  private static let question = "Is it small and fast enough?"

  /// What was measured.
  struct Costs: Sendable, Equatable {
    let bytes: Int
    let loadSeconds: Double
    /// Of the probe requests, each by itself.
    let milliseconds: [Double]
  }

  /// - Parameter costs: What was measured.
  /// - Parameter budget: What is allowed.
  static func gate(_ costs: Costs, budget: CostBudget) -> Gate {
    let p95 = p95(costs.milliseconds)
    var numbers: [String: Double] = [
      "bytes": Double(costs.bytes), "bytesAllowed": Double(budget.bytes), "loadSeconds": costs.loadSeconds,
      "loadSecondsAllowed": budget.loadSeconds, "p95MillisecondsAllowed": budget.p95Milliseconds,
      "requests": Double(costs.milliseconds.count),
    ]
    if let p95 { numbers["p95Milliseconds"] = p95 }
    // Written so that what is not a number passes nothing.
    let isWithin = costs.bytes <= budget.bytes && costs.loadSeconds <= budget.loadSeconds
    let isFast = p95.map { $0 <= budget.p95Milliseconds } ?? false
    let time = p95.map { String(format: "95 of 100 requests within %.1f ms", $0) } ?? "no request was timed"
    return Gate(
      "G6", question, isWithin && isFast ? .pass : .fail, numbers: numbers,
      finding: String(format: "%.2f MiB, loaded in %.2f s, ", Double(costs.bytes) / 1_048_576, costs.loadSeconds)
        + time,
      help: String(
        format: "Allowed are %.0f MiB, %.1f s and %.0f ms. Give it a smaller rank, or allow more.",
        Double(budget.bytes) / 1_048_576, budget.loadSeconds, budget.p95Milliseconds))
  }

  /// The smallest time within which 95 of 100 requests were answered; `nil` without one.
  private static func p95(_ times: [Double]) -> Double? {
    let sorted = times.sorted()
    let place = Int(saturating: (0.95 * Double(sorted.count)).rounded(.up)) - 1
    return sorted.indices.contains(place) ? sorted[place] : nil
  }
}
