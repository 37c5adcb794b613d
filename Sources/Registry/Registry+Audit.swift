public import AuditedDatabase
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
