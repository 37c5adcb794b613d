public import Assurance
public import Files
public import Foundation

/// A task's label, and whether items are decided as it without a person.
///
/// `inactive → active → (amber) → stopped → inactive`. Nothing here reads a clock or a disk: what it depends on comes as ``SideConditions``, so
/// that a virtual week runs through the same code.
public struct Side: Sendable, Codable, Equatable {
  /// The task.
  public let task: String
  /// The label.
  public let label: String
  /// Whether it decides.
  public internal(set) var state: SideState
  /// Why it has stopped; `nil` in all other states.
  public internal(set) var reason: StopReason?
  /// Since when it is in its state.
  public internal(set) var since: Date
  /// The certificate by which it decides, or by which it did until it stopped.
  public internal(set) var certificate: NamedCertificate?
  /// The revision of the policy under which it became active.
  public internal(set) var policy: Int
  /// How many items it has decided by its certificate.
  public internal(set) var decided: Int
  /// Since when ``detector`` watches: what it decided before that says nothing about what it does now.
  public internal(set) var watchedSince: Date?
  /// Watches its losses; `nil` before the first certificate.
  public internal(set) var detector: ChangeDetector?
  /// The last monitor row that was counted.
  public internal(set) var cursor: Int

  /// A side that people decide.
  ///
  /// - Parameters:
  ///   - task: The task.
  ///   - label: The label.
  ///   - since: When it was made.
  ///   - cursor: The last monitor row there was then.
  public init(task: String, label: String, since: Date, cursor: Int = 0) {
    self.task = task
    self.label = label
    self.since = since
    self.cursor = cursor
    (state, reason, certificate, policy, decided) = (.inactive, nil, nil, 0, 0)
    (watchedSince, detector) = (nil, nil)
  }
}

/// A certificate and the digest that names it.
public struct NamedCertificate: Sendable, Codable, Equatable {
  /// The name.
  public let digest: Digest
  /// What it says.
  public let certificate: Certificate

  /// Reads a certificate that a digest names.
  ///
  /// - Parameters:
  ///   - data: The bytes.
  ///   - digest: Their name.
  /// - Throws: ``CertificationError``.
  public init(_ data: Data, named digest: Digest) throws {
    self.digest = digest
    certificate = try Certificate(data, named: digest)
  }
}

/// That a side went from one state to another: what the audit keeps.
public struct SideChange: Sendable, Codable, Equatable {
  /// The task.
  public let task: String
  /// The label.
  public let label: String
  /// The state before.
  public let from: SideState
  /// The state after.
  public let to: SideState
  /// Why it has stopped.
  public let reason: StopReason?
  /// The certificate.
  public let certificate: Digest?
  /// When.
  public let at: Date
}
