import AuditedDatabase
import Files
import Foundation
import GRDB

/// The registry's database, with errors of the registry.
final class RegistryDatabase: Sendable {
  private let database: AuditedDatabase
  let access: Registry.Access

  var path: String { database.path }

  /// Opens the database of a folder.
  ///
  /// - Parameter folder: The registry's.
  /// - Parameter access: Reading makes no change to it.
  /// - Throws: ``RegistryError``.
  init(in folder: URL, access: Registry.Access) throws {
    self.access = access
    database = try RegistryError.translating {
      try AuditedDatabase(
        in: folder, file: RegistryFolder.database, lock: RegistryFolder.writeLock,
        access: access == .writing ? .writing : .reading)
    }
  }

  static func isImmutable(_ path: String) -> Bool { AuditedDatabase.isImmutable(path) }

  static func immutable(_ path: String) -> String { AuditedDatabase.immutable(path) }

  /// Closes it: the last process writes what is in the journal to the database itself.
  func close() throws { try RegistryError.translating { try database.close() } }

  /// Reads from one state of the database.
  func read<Result>(_ body: (Database) throws -> Result) throws -> Result {
    try RegistryError.translating { try database.read(body) }
  }

  /// Runs statements that may stand in no transaction.
  func outsideOfTransaction<Result>(_ body: (Database) throws -> Result) throws -> Result {
    try RegistryError.translating { try database.outsideOfTransaction(body) }
  }

  /// Changes the database: all of it with its audit entries, or nothing.
  ///
  /// - Parameter clock: Says when it is.
  /// - Parameter actor: Who does it.
  /// - Parameter body: Reads, changes rows and records what it did; what it throws takes everything back.
  func write<Result>(
    clock: @Sendable () -> Date, actor: String, _ body: (inout Ledger) throws -> Result
  ) throws -> Result {
    try RegistryError.translating { try database.write(clock: clock, actor: actor, body) }
  }

  /// Brings the schema up to date; the caller holds `registry.lock`.
  func migrate() throws { try RegistryError.translating { try database.migrate(Schema.migrator) } }

  /// Runs a body; SQLite's errors become ours.
  static func translated<Result>(_ path: String, _ body: () throws -> Result) throws -> Result {
    try RegistryError.translating { try AuditedDatabase.translated(path, body) }
  }
}

extension RegistryError {
  /// Runs a body; errors of what lies beneath become the registry's.
  static func translating<Result>(_ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let error as AuditedDatabaseError {
      throw RegistryError(error)
    }
  }

  private init(_ error: AuditedDatabaseError) {
    self =
      switch error {
      case .readingOnly(let path): .readingOnly(path: path)
      case .locked(let path, let holder): .locked(path: path, by: holder)
      case .damaged(let path, let reason): .damaged(path: path, reason: reason)
      case .auditBroken(let sequence, let reason): .auditBroken(sequence: sequence, reason: reason)
      case .diskFull(let path): .diskFull(path: path)
      case .failed(let path, let reason): .database(path: path, reason: reason)
      }
  }
}

extension Ledger {
  /// Writes a row that is not there yet.
  mutating func insert(_ table: Table, _ values: [String: (any DatabaseValueConvertible)?]) throws {
    try insert(table as any AuditedTable, values)
  }

  /// Changes columns of the row that the key names.
  mutating func update(
    _ table: Table, _ values: [String: (any DatabaseValueConvertible)?],
    where key: [String: any DatabaseValueConvertible]
  ) throws {
    try update(table as any AuditedTable, values, where: key)
  }
}
