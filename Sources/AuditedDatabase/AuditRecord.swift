public import Files
public import Foundation

/// An entry of the audit: who did what, chained by digests to the one before.
public struct AuditRecord: Sendable, Codable, Equatable {
  public let sequence: Int
  public let at: Date
  public let actor: String
  public let action: String
  public let subject: String
  /// What changed, as JSON text: the rows that were written among it.
  public let detail: String
  /// The digest of this entry and, through it, of all before.
  public let hash: Digest
}

/// Where the audit stands: kept elsewhere, it proves later that nothing before was changed.
public struct AuditHead: Sendable, Codable, Equatable {
  public let sequence: Int
  public let hash: Digest

  public init(sequence: Int, hash: Digest) {
    self.sequence = sequence
    self.hash = hash
  }
}
