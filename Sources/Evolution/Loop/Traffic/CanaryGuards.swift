import Assurance
import Foundation

/// What one arm of a canary did in some time. Quality is not among it: that is what shadow decisions say.
public struct ArmMeasures: Sendable, Codable, Equatable {
  /// Requests that the arm answered.
  public var requests: Int
  /// Those of them that ended in an error of the server.
  public var errors: Int
  /// Those that no task was found for.
  public var unknown: Int
  /// Those that were left to a person.
  public var human: Int
  /// The time within which 95 of 100 were answered, in milliseconds; `nil`: nobody measured it.
  public var p95Milliseconds: Double?

  /// Describes an arm.
  ///
  /// - Parameter requests: Requests that it answered.
  /// - Parameter errors: Those that ended in an error of the server.
  /// - Parameter unknown: Those that no task was found for.
  /// - Parameter human: Those that were left to a person.
  /// - Parameter p95Milliseconds: The time within which 95 of 100 were answered.
  public init(requests: Int = 0, errors: Int = 0, unknown: Int = 0, human: Int = 0, p95Milliseconds: Double? = nil) {
    self.requests = requests
    self.errors = errors
    self.unknown = unknown
    self.human = human
    self.p95Milliseconds = p95Milliseconds
  }
}

/// How much a canary may do worse than what is served.
///
/// A share is above its limit where that is shown, by the one-sided 95 % lower bound of Clopper and Pearson: among the few requests of the
/// first step, chance alone would break any limit on the number itself.
public struct CanaryGuards: Sendable, Codable, Equatable {
  /// Points of errors more, as a share.
  public var errors = 0.005
  /// Points of unknown requests more, as a share.
  public var unknown = 0.01
  /// Points of requests left to people more, as a share.
  public var human = 0.05
  /// By how many times the time of 95 of 100 requests may grow.
  public var latency = 1.25
  /// Requests of each arm without which times are not compared.
  public var leastTimed = 100

  /// The usual limits.
  public init() {}

  /// The guard that is broken, in words with its numbers; `nil`: none.
  ///
  /// - Parameter candidate: What the candidate's arm did.
  /// - Parameter served: What the other arm did in the same time.
  /// - Throws: `AssuranceError` for counts that cannot be.
  public func breach(candidate: ArmMeasures, served: ArmMeasures) throws -> String? {
    guard candidate.requests > 0, served.requests > 0 else { return nil }
    let shares = [
      ("errors", candidate.errors, served.errors, errors),
      ("unknown requests", candidate.unknown, served.unknown, unknown),
      ("requests left to people", candidate.human, served.human, human),
    ]
    for (name, new, old, allowed) in shares {
      let bound = try Proportion(successes: new, n: candidate.requests).lowerBound()
      let before = try Proportion(successes: old, n: served.requests).value
      guard bound > before + allowed else { continue }
      return "\(name): "
        + String(
          format:
            "at least %.2f %% of the candidate's %d, beside %.2f %% of what is served; %.1f points more are allowed",
          bound * 100, candidate.requests, before * 100, allowed * 100)
    }
    guard let new = candidate.p95Milliseconds, let old = served.p95Milliseconds, old > 0,
      min(candidate.requests, served.requests) >= leastTimed, !(new <= old * latency)
    else { return nil }
    return String(
      format: "95 of 100 requests take %.0f ms, beside %.0f ms of what is served; %.2f times as long is allowed", new,
      old,
      latency)
  }
}
