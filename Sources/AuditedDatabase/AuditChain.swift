package import Files
package import Foundation

extension AuditRecord {
  package init(_ entry: Audit.Entry, hash: Digest) {
    self.init(
      sequence: entry.sequence, at: Date(timeIntervalSince1970: Double(entry.at)), actor: entry.actor,
      action: entry.action, subject: entry.subject, detail: entry.detail, hash: hash)
  }
}

/// Follows the chain of the audit, entry by entry.
package struct AuditChain {
  private let kept: Digest?
  private var isKeptSeen = false
  private var last: AuditHead?

  /// - Parameter head: A digest that the chain must contain.
  package init(head: Digest?) { kept = head }

  /// - Throws: ``AuditedDatabaseError/auditBroken(sequence:reason:)``.
  package mutating func take(_ entry: Audit.Entry, previous: Data, hash: Data) throws {
    func broken(_ reason: String) -> AuditedDatabaseError { .auditBroken(sequence: entry.sequence, reason: reason) }
    guard entry.sequence == (last?.sequence ?? 0) + 1 else {
      throw broken("expected entry \((last?.sequence ?? 0) + 1): entries are missing")
    }
    guard previous == last?.hash.bytes ?? Audit.beginning else {
      throw broken("it does not name the digest of the entry before")
    }
    let computed = try entry.hash(after: previous)
    guard computed.bytes == hash else { throw broken("it was changed: it has another digest than the one it names") }
    if computed == kept { isKeptSeen = true }
    last = AuditHead(sequence: entry.sequence, hash: computed)
  }

  /// - Throws: ``AuditedDatabaseError/auditBroken(sequence:reason:)``.
  package func end() throws -> AuditHead {
    guard let last else { throw AuditedDatabaseError.auditBroken(sequence: 0, reason: "there are no entries") }
    if let kept, !isKeptSeen {
      throw AuditedDatabaseError.auditBroken(
        sequence: last.sequence, reason: "no entry has the digest \(kept) that was kept: the audit was written anew")
    }
    return last
  }
}
