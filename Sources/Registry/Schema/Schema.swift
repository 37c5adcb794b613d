import AuditedDatabase
import Files
import Foundation
import GRDB

/// The registry's schemas: which there were, and how one becomes the next.
///
/// A migration that was released is never edited: registries of its schema are out there, and one is kept in the tests for each.
enum Schema {
  /// The newest one that this program knows; `PRAGMA user_version` of a registry says which it has.
  static let newest = 1

  /// The names of all migrations, in their order.
  static var steps: [String] { migrator.migrations }

  /// All migrations, in order.
  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1") { try $0.execute(sql: Schema1.sql) }
    return migrator
  }

  /// The schema of a database.
  static func version(_ database: Database) throws -> Int {
    try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
  }

  /// What the newest schema consists of: kind, name and text of every table, index and trigger, for ``Registry/verify(progress:)``.
  static func expected() throws -> [String] {
    let empty = try DatabaseQueue()
    try migrator.migrate(empty)
    return try empty.read(statements)
  }

  static func statements(_ database: Database) throws -> [String] {
    try String.fetchAll(
      database,
      sql: """
        SELECT type || ' ' || name || ': ' || COALESCE(sql, tbl_name) FROM sqlite_master
        WHERE name NOT LIKE 'sqlite_stat%' ORDER BY type, name
        """)
  }
}

/// The tables whose rows the audit tells of, each with its primary key.
enum Table: String, AuditedTable, CaseIterable {
  case registry, blob, expert, version, part, rest, metric, gate, alias, release, current, withdrawal

  var key: [String] {
    switch self {
    case .registry, .current: ["one"]
    case .blob: ["digest"]
    case .expert, .gate: ["id"]
    case .version: ["expert", "number"]
    case .part: ["expert", "number", "role"]
    case .rest: ["expert", "number", "needs"]
    case .metric: ["expert", "number", "name", "task"]
    case .alias: ["expert", "name"]
    case .release: ["revision"]
    case .withdrawal: ["expert", "number", "kind"]
    }
  }
}
