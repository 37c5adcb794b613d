import AuditedDatabase
import Foundation
import GRDB
import Registry

/// The tables whose rows the loop's audit tells of, each with its primary key.
enum LoopTable: String, AuditedTable, CaseIterable {
  case job, look, override, asked, `switch`

  /// The file in a registry's folder.
  static let file = "loop.sqlite"
  /// The queue of its writers.
  private static let lock = "loop.lock"
  /// The newest schema that this program knows; `PRAGMA user_version` of a file says which it has.
  private static let newest = 1

  /// Opens the loop's database for writing, and makes it where there is none.
  ///
  /// - Parameter folder: The registry's folder.
  /// - Throws: `RegistryError.newerSchema(path:found:known:)`, `AuditedDatabaseError`.
  static func open(in folder: URL) throws -> AuditedDatabase {
    let database = try AuditedDatabase(in: folder, file: file, lock: lock, access: .writing)
    let found = try database.read { try Int.fetchOne($0, sql: "PRAGMA user_version") ?? 0 }
    guard found <= newest else {
      throw RegistryError.newerSchema(path: database.path, found: found, known: newest)
    }
    guard found < newest else { return database }
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1") { try $0.execute(sql: LoopSchema.sql) }
    // Under the queue of writers: another process that makes it, too, finds it made.
    try database.migrate(migrator)
    return database
  }

  var key: [String] {
    switch self {
    case .job: ["task"]
    case .look: ["task", "number"]
    case .override: ["id"]
    case .asked: ["subject"]
    case .switch: ["one"]
    }
  }
}
