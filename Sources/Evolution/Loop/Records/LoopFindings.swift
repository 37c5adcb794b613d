public import Foundation

/// What a job last found, and how far its decisions beside the served release are.
public struct LoopFindings: Sendable, Codable, Equatable {
  /// Why it is where it is; `nil`: it went the usual way.
  public var reason: LoopReason?
  /// The same in a sentence with its numbers.
  public var note: String?
  /// Decisions of both releases on the same coin rows, since SHADOW began.
  public var shadow: ShadowEvidence?
  /// The step of ``LoopPolicy/canarySteps`` that the canary is at, from 0.
  public var step: Int?
  /// Since when it is at that step.
  public var stepSince: Date?

  /// Describes nothing found.
  ///
  /// - Parameter reason: Why the job is where it is.
  /// - Parameter note: The same in a sentence.
  public init(reason: LoopReason? = nil, note: String? = nil) {
    self.reason = reason
    self.note = note
  }

  /// The same decisions, with another reason.
  func with(_ reason: LoopReason?, _ note: String? = nil) -> LoopFindings {
    var findings = self
    (findings.reason, findings.note) = (reason, note)
    return findings
  }
}
