import Files
import Foundation
import GRDB

/// A key as its row has it: what is known of it, and the digest of its text.
struct KeyRow {
  let record: AccessKeyRecord
  /// SHA-256 of the key's text: 32 bytes.
  let digest: Data

  /// The columns that ``init(_:path:)`` reads, in its order.
  private static let columns =
    "id, name, digest, scopes, models, rpm, tpm, concurrency, created, expires, revoked, used"

  /// - Parameter row: It has ``columns``. A subscript of GRDB ends the process where a column is not what was expected; a damaged file
  ///   decides what is in one.
  /// - Throws: ``AccessError/damaged(path:reason:)``, and an error that ``AccessDatabase`` reports as damage.
  private init(_ row: Row, path: String) throws {
    func optional(_ column: Int) throws -> Int? {
      row.hasNull(atIndex: column) ? nil : try row.decode(Int.self, atIndex: column)
    }
    func date(_ column: Int) throws -> Date? {
      guard let seconds = try optional(column) else { return nil }
      guard (0...AccessSchema.lastSecond).contains(seconds) else {
        throw AccessError.damaged(path: path, reason: "\(seconds) is no time of a key")
      }
      return Date(timeIntervalSince1970: Double(seconds))
    }
    func words<Word>(_ column: Int, _ what: String, _ make: (String) -> Word?) throws -> [Word] {
      try row.decode(String.self, atIndex: column).split(separator: " ").map {
        guard let word = make(String($0)) else {
          throw AccessError.damaged(path: path, reason: "\(String($0).printable) is not \(what)")
        }
        return word
      }
    }
    record = AccessKeyRecord(
      id: try row.decode(String.self, atIndex: 0), name: try row.decode(String.self, atIndex: 1),
      scopes: try words(3, "a scope") { AccessScope(rawValue: $0) },
      models: try words(4, "a pattern of models") { ModelPattern($0) },
      limits: AccessLimits(
        requestsPerMinute: try optional(5), tokensPerMinute: try optional(6), concurrency: try optional(7)),
      created: try date(8) ?? Date(timeIntervalSince1970: 0), expires: try date(9), revoked: try date(10),
      lastUsed: try date(11))
    digest = try row.decode(Data.self, atIndex: 2)
    guard digest.count == KeyText.digestBytes else {
      throw AccessError.damaged(path: path, reason: "a digest of another length than \(KeyText.digestBytes) bytes")
    }
    let limits = record.limits
    guard
      [limits.requestsPerMinute, limits.tokensPerMinute, limits.concurrency].allSatisfy({ $0.map { $0 > 0 } ?? true })
    else { throw AccessError.damaged(path: path, reason: "a limit below 1") }
  }

  /// The keys that are not revoked.
  ///
  /// - Throws: ``AccessError/damaged(path:reason:)`` where there are more than a server holds.
  static func live(_ database: Database, path: String) throws -> [KeyRow] {
    let rows = try rows(
      database, "WHERE revoked IS NULL LIMIT \(AccessKeys.mostKeys + 1)", StatementArguments(), path: path)
    guard rows.count <= AccessKeys.mostKeys else {
      throw AccessError.damaged(path: path, reason: "it has more than \(AccessKeys.mostKeys) keys in use")
    }
    return rows
  }

  /// All keys, the oldest first.
  static func all(_ database: Database, path: String) throws -> [KeyRow] {
    try rows(database, "ORDER BY created, id", StatementArguments(), path: path)
  }

  static func find(_ database: Database, id: String, path: String) throws -> KeyRow? {
    try rows(database, "WHERE id = ?", [id], path: path).first
  }

  /// The key in use of a name.
  static func find(_ database: Database, name: String, path: String) throws -> KeyRow? {
    try rows(database, "WHERE name = ? AND revoked IS NULL", [name], path: path).first
  }

  private static func rows(
    _ database: Database, _ condition: String, _ arguments: StatementArguments, path: String
  ) throws -> [KeyRow] {
    let cursor = try Row.fetchCursor(
      database, sql: "SELECT \(columns) FROM access_key \(condition)", arguments: arguments)
    var rows: [KeyRow] = []
    while let row = try cursor.next() { rows.append(try KeyRow(row, path: path)) }
    return rows
  }

  /// Writes a key that is new.
  func insert(_ database: Database) throws {
    func seconds(_ date: Date?) -> Int? { date.map { Int(saturating: $0.timeIntervalSince1970) } }
    try database.execute(
      sql: "INSERT INTO access_key(\(Self.columns)) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      arguments: [
        record.id, record.name, digest, record.scopes.map(\.rawValue).joined(separator: " "),
        record.models.map(\.text).joined(separator: " "), record.limits.requestsPerMinute,
        record.limits.tokensPerMinute, record.limits.concurrency, seconds(record.created), seconds(record.expires),
        seconds(record.revoked), seconds(record.lastUsed),
      ])
  }

  static func countLive(_ database: Database) throws -> Int {
    try Int.fetchOne(database, sql: "SELECT count(*) FROM access_key WHERE revoked IS NULL") ?? 0
  }

  /// - Parameter seconds: Since 1970.
  static func revoke(_ id: String, at seconds: Int, _ database: Database) throws {
    try database.execute(sql: "UPDATE access_key SET revoked = ? WHERE id = ?", arguments: [seconds, id])
  }

  /// Writes when keys were used, where that is later than what is written.
  ///
  /// - Parameter uses: Seconds since 1970 by the id of the key.
  static func write(_ uses: [String: Int], _ database: Database) throws {
    let statement = try database.cachedStatement(
      sql: "UPDATE access_key SET used = ?1 WHERE id = ?2 AND (used IS NULL OR used < ?1)")
    for (id, seconds) in uses { try statement.execute(arguments: [seconds, id]) }
  }

  init(_ record: AccessKeyRecord, digest: Data) {
    self.record = record
    self.digest = digest
  }
}
