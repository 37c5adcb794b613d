import Assurance
public import Files
public import Foundation

/// How a side stands, for people and metrics.
public struct SideStatus: Sendable, Codable, Equatable {
  /// The task.
  public let task: String
  /// The label.
  public let label: String
  /// Whether it decides.
  public let state: SideState
  /// Why it has stopped.
  public let reason: StopReason?
  /// The certificate by which it decides, or did.
  public let certificate: Digest?
  /// Since when it is in its state.
  public let since: Date
  /// Days until its certificate expires; `nil` without one.
  public let daysLeft: Double?
  /// Items that it may still decide; `nil` without a certificate.
  public let itemsLeft: Int?
  /// The sum of its detector; `nil` without one.
  public let detector: Double?

  /// Describes a side.
  ///
  /// - Parameters:
  ///   - side: The side.
  ///   - now: When it is.
  public init(_ side: Side, at now: Date) {
    let expiry = side.certificate?.certificate.expires
    task = side.task
    label = side.label
    state = side.state
    reason = side.reason
    certificate = side.certificate?.digest
    since = side.since
    daysLeft = expiry.map { max(0, (Double($0.at) - now.timeIntervalSince1970) / 86_400) }
    itemsLeft = expiry.map { side.decided < $0.items ? $0.items - side.decided : 0 }
    detector = side.detector?.sum
  }
}
