import AuditedDatabase
import Files
import Foundation
import GRDB

/// A version as its row has it, with the number by which the database knows its task.
struct VersionRow {
  let expert: Int
  let record: VersionRecord

  /// The columns that ``init(_:)`` reads, in its order.
  static let columns =
    "v.expert, e.name, v.number, v.manifest, v.state, v.created, v.actor, v.bytes, v.method, v.kind, v.parent, v.examples, v.source"
  static let select = "SELECT \(columns) FROM version v JOIN expert e ON e.id = v.expert"

  /// - Parameter row: A row that begins with ``columns``.
  /// - Throws: ``RegistryError/damaged(path:reason:)``.
  init(_ row: Row) throws {
    expert = try row.value(0)
    record = VersionRecord(
      name: try row.value(1), number: try row.value(2), digest: try row.digest(3),
      state: try row.word(4, VersionRecord.State.self), created: try row.date(5), actor: try row.value(6),
      bytes: try row.value(7), method: try row.value(8), kind: try row.word(9, VersionManifest.Kind.self),
      parent: try row.optionalDigest(10), rows: try row.optional(11), from: try row.optional(12))
  }

  static func find(_ database: Database, digest: Digest) throws -> VersionRow? {
    try first(database, "v.manifest = ?", [digest.bytes])
  }

  static func require(_ database: Database, digest: Digest) throws -> VersionRow {
    guard let row = try find(database, digest: digest) else {
      throw RegistryError.unknownVersionDigest(digest, what: "version")
    }
    return row
  }

  static func find(_ database: Database, expert: Int, number: Int) throws -> VersionRow? {
    try first(database, "v.expert = ? AND v.number = ?", [expert, number])
  }

  private static func first(
    _ database: Database, _ condition: String, _ arguments: StatementArguments
  ) throws -> VersionRow? {
    let statement = try database.cachedStatement(sql: "\(select) WHERE \(condition)")
    return try Row.fetchOne(statement, arguments: arguments).map { try VersionRow($0) }
  }

  static func all(
    _ database: Database, _ condition: String = "", _ arguments: StatementArguments = StatementArguments()
  ) throws -> [VersionRow] {
    let rows = try Row.fetchCursor(
      database, sql: "\(select) \(condition) ORDER BY e.folded, v.number", arguments: arguments)
    var result: [VersionRow] = []
    while let row = try rows.next() { result.append(try VersionRow(row)) }
    return result
  }
}
