public import Files
import Foundation
import GRDB

extension Registry {
  /// The last entries of the audit, the newest last.
  ///
  /// - Parameter last: How many at most.
  /// - Throws: ``RegistryError``.
  public func audit(last: Int = .max) throws -> [AuditRecord] {
    try database.read { database in
      guard last > 0, let head = try Audit.head(database)?.sequence else { return [] }
      return try entries(database, from: max(head - min(last, head) + 1, 1)) { _ in true }
    }
  }

  /// Where the audit stands. Kept elsewhere, it proves later that nothing before was changed.
  /// - Throws: ``RegistryError``.
  public func auditHead() throws -> AuditHead {
    try database.read { database in
      guard let head = try Audit.head(database) else {
        throw RegistryError.damaged(path: self.database.path, reason: "it has no audit")
      }
      return head
    }
  }

  /// Computes the chain of audit entries again.
  ///
  /// - Parameter head: A digest that was kept: the chain must contain it. `nil`: none was kept.
  /// - Returns: Where the audit stands.
  /// - Throws: ``RegistryError/auditBroken(sequence:reason:)``.
  @discardableResult
  public func verifyAudit(head: Digest? = nil) throws -> AuditHead {
    try database.read { database in
      var chain = AuditChain(head: head)
      try Audit.forEach(database) { try chain.take($0, previous: $1, hash: $2) }
      return try chain.end()
    }
  }

  func entries(
    _ database: Database, from first: Int = 1, where isWanted: (Audit.Entry) -> Bool
  ) throws -> [AuditRecord] {
    var result: [AuditRecord] = []
    try Audit.forEach(database, from: first) { entry, _, hash in
      guard isWanted(entry) else { return }
      guard let hash = Digest(bytes: hash) else {
        throw RegistryError.auditBroken(sequence: entry.sequence, reason: "its digest has another length than 32 bytes")
      }
      result.append(AuditRecord(entry, hash: hash))
    }
    return result
  }
}

extension AuditRecord {
  init(_ entry: Audit.Entry, hash: Digest) {
    self.init(
      sequence: entry.sequence, at: Date(timeIntervalSince1970: Double(entry.at)), actor: entry.actor,
      action: entry.action, subject: entry.subject, detail: entry.detail, hash: hash)
  }
}

/// Follows the chain of the audit, entry by entry.
struct AuditChain {
  private let kept: Digest?
  private var isKeptSeen = false
  private var last: AuditHead?

  /// - Parameter head: A digest that the chain must contain.
  init(head: Digest?) { kept = head }

  /// - Throws: ``RegistryError/auditBroken(sequence:reason:)``.
  mutating func take(_ entry: Audit.Entry, previous: Data, hash: Data) throws {
    func broken(_ reason: String) -> RegistryError { .auditBroken(sequence: entry.sequence, reason: reason) }
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

  /// - Throws: ``RegistryError/auditBroken(sequence:reason:)``.
  func end() throws -> AuditHead {
    guard let last else { throw RegistryError.auditBroken(sequence: 0, reason: "there are no entries") }
    if let kept, !isKeptSeen {
      throw RegistryError.auditBroken(
        sequence: last.sequence, reason: "no entry has the digest \(kept) that was kept: the audit was written anew")
    }
    return last
  }
}
