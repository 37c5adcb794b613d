public import Files
public import Foundation

/// A row with its scores, and with its label once a person has given one.
public struct CalibrationRow: Sendable, Equatable {
  /// The item's digest.
  public let item: Digest
  /// The near-duplicates that it belongs to, by the digest of their first; `nil` where it has none.
  public let cluster: Digest?
  /// What it is, and where it stands.
  public let standing: RowStanding
  /// The final label; `nil` where there is none.
  public let label: String?
  /// Total log-probabilities, one for each of the task's labels.
  public let scores: [Double]
  /// Which models gave the scores.
  public let bindings: CertificateBindings
  /// Whether a person has to decide it whatever the scores say: unknown to the router, too long, undecodable.
  public let isBeyondModel: Bool
  /// When the item arrived.
  public let arrived: Date

  /// Makes a row.
  ///
  /// - Parameters:
  ///   - item: The item's digest.
  ///   - cluster: The near-duplicates that it belongs to.
  ///   - standing: What it is, and where it stands.
  ///   - label: The final label.
  ///   - scores: Total log-probabilities, one for each of the task's labels.
  ///   - bindings: Which models gave the scores.
  ///   - isBeyondModel: Whether a person has to decide it whatever the scores say.
  ///   - arrived: When the item arrived.
  public init(
    item: Digest, cluster: Digest? = nil, standing: RowStanding, label: String?, scores: [Double],
    bindings: CertificateBindings, isBeyondModel: Bool = false, arrived: Date
  ) {
    self.item = item
    self.cluster = cluster
    self.standing = standing
    self.label = label
    self.scores = scores
    self.bindings = bindings
    self.isBeyondModel = isBeyondModel
    self.arrived = arrived
  }
}
