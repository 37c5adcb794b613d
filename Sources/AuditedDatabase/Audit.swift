package import Files
package import Foundation
package import GRDB

/// The chain of audit entries: each one's digest covers the one before.
package enum Audit {
  /// What stands before the first entry.
  package static let beginning = Data(repeating: 0, count: 32)

  /// An entry as its row has it.
  package struct Entry {
    package let sequence: Int
    package let at: Int
    package let actor: String
    package let action: String
    package let subject: String
    package let detail: String

    private struct Content: Encodable {
      let at: Int
      let actor: String
      let action: String
      let subject: String
      let detail: String
    }

    /// SHA-256 of the previous digest, the sequence number in eight bytes, and the entry's canonical JSON.
    package func hash(after previous: Data) throws -> Digest {
      let content = Content(at: at, actor: actor, action: action, subject: subject, detail: detail)
      let number = withUnsafeBytes(of: UInt64(clamping: sequence).bigEndian) { Data($0) }
      return Digest(of: previous + number + (try CanonicalJSON.encode(content)))
    }
  }

  /// The last entry; `nil` where there is none.
  package static func head(_ database: Database) throws -> AuditHead? {
    let row = try Row.fetchOne(
      try database.cachedStatement(sql: "SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1"))
    return try row.map { AuditHead(sequence: try $0.value(0), hash: try $0.digest(1)) }
  }

  /// Entries in order, with what stands before each.
  package static func forEach(
    _ database: Database, from first: Int = 1, _ body: (Entry, _ previous: Data, _ hash: Data) throws -> Void
  ) throws {
    let rows = try Row.fetchCursor(
      database,
      sql: "SELECT seq, at, actor, action, subject, detail, prev, hash FROM audit WHERE seq >= ? ORDER BY seq",
      arguments: [first])
    while let row = try rows.next() {
      let entry = Entry(
        sequence: try row.value(0), at: try row.value(1), actor: try row.value(2), action: try row.value(3),
        subject: try row.value(4), detail: try row.value(5))
      try body(entry, try row.value(6), try row.value(7))
    }
  }
}
