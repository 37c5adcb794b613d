import Files
package import Foundation
package import GRDB

/// A database that several processes share: how it is opened, read and written, and what its errors mean.
///
/// Writers of all processes stand in one queue, a lock of the operating system, before they begin: SQLite's own waiting has no order and
/// would let one starve. Each write is one IMMEDIATE transaction with its audit entries.
package final class AuditedDatabase: Sendable {
  /// Whether it may be changed.
  package enum Access: Sendable {
    /// Changes nothing.
    case reading
    case writing
  }

  /// Its file.
  package let path: String
  private let pool: DatabasePool
  private let queue: WriteLock
  /// Whether it may be changed.
  package let access: Access

  /// Opens the database of a folder.
  ///
  /// - Parameter folder: The folder.
  /// - Parameter file: The database's file in it.
  /// - Parameter lock: The file that is the queue of its writers.
  /// - Parameter access: Reading makes no change to it.
  /// - Parameter erases: Whether what a removed row said is overwritten at once.
  /// - Throws: ``AuditedDatabaseError``, `FileError`.
  package init(in folder: URL, file: String, lock: String, access: Access, erases: Bool = false) throws {
    let path = folder.appendingPathComponent(file).path
    self.path = path
    self.access = access
    queue = try WriteLock(folder.appendingPathComponent(lock), access: access)
    var configuration = Configuration()
    configuration.busyMode = .timeout(5)
    configuration.foreignKeysEnabled = true
    configuration.readonly = access == .reading
    configuration.label = (file as NSString).deletingPathExtension
    configuration.prepareDatabase {
      // REPLACE shall not get past the triggers, and a file from elsewhere shall run nothing that it has brought.
      try $0.execute(sql: "PRAGMA recursive_triggers = ON; PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON")
      if erases { try $0.execute(sql: "PRAGMA secure_delete = ON") }
    }
    let location = access == .reading && Self.isImmutable(path) ? Self.immutable(path) : path
    pool = try Self.translated(path) {
      let pool = try DatabasePool(path: location, configuration: configuration)
      // GRDB has just set NORMAL, with which a power failure takes the last transactions back.
      if access == .writing { try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") } }
      return pool
    }
  }

  /// Whether nobody can be writing: the folder does not allow it or its disk is full, and nobody has left a journal. SQLite wants to write
  /// in order to share a database with writers, and has to be told that there are none.
  package static func isImmutable(_ path: String) -> Bool {
    let folder = (path as NSString).deletingLastPathComponent
    return Foundation.access(path + "-wal", F_OK) != 0 && (Foundation.access(folder, W_OK) != 0 || isFull(path))
  }

  package static func immutable(_ path: String) -> String {
    var allowed = CharacterSet.urlPathAllowed
    allowed.remove(charactersIn: "?#%")
    return "file:\(path.addingPercentEncoding(withAllowedCharacters: allowed) ?? path)?immutable=1"
  }

  /// Closes it: the last process writes what is in the journal to the database itself.
  package func close() throws {
    try Self.translated(path) {
      // Readers first: whoever is last tidies up, and a reader cannot.
      pool.releaseMemory()
      try pool.close()
    }
  }

  /// Reads from one state of the database.
  package func read<Result>(_ body: (Database) throws -> Result) throws -> Result {
    try Self.translated(path) { try pool.read(body) }
  }

  /// Runs statements that may stand in no transaction.
  package func outsideOfTransaction<Result>(_ body: (Database) throws -> Result) throws -> Result {
    try Self.translated(path) { try pool.unsafeRead(body) }
  }

  /// Changes the database: all of it with its audit entries, or nothing.
  ///
  /// - Parameter clock: Says when it is.
  /// - Parameter actor: Who does it.
  /// - Parameter body: Reads, changes rows and records what it did; what it throws takes everything back.
  package func write<Result>(
    clock: @Sendable () -> Date, actor: String, _ body: (inout Ledger) throws -> Result
  ) throws -> Result {
    guard access == .writing else { throw AuditedDatabaseError.readingOnly(path: path) }
    return try Self.translated(path) {
      try pool.writeWithoutTransaction { database in
        try queue.held {
          var result: Result?
          try database.inTransaction(.immediate) {
            var ledger = Ledger(database, at: Int(saturating: clock().timeIntervalSince1970), actor: actor)
            result = try body(&ledger)
            try ledger.requireComplete()
            return .commit
          }
          guard let result else { throw AuditedDatabaseError.failed(path: path, reason: "a transaction without a result") }
          return result
        }
      }
    }
  }

  /// Brings the schema up to date; the caller sees to it that one process does.
  ///
  /// - Parameter migrator: The steps.
  package func migrate(_ migrator: DatabaseMigrator) throws {
    try Self.translated(path) { try queue.held { try migrator.migrate(pool) } }
  }

  /// Writes the journal to the database itself and empties it, as far as no reader needs it: what was removed is in neither afterwards.
  package func checkpoint() throws {
    try Self.translated(path) {
      try queue.held { try pool.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) } }
    }
  }

  /// Runs a body; SQLite's errors become ours.
  package static func translated<Result>(_ path: String, _ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let error as DatabaseError {
      throw meaning(of: error, path)
    } catch let error as StoredValueError {
      throw AuditedDatabaseError.damaged(path: path, reason: error.reason)
    } catch let error as RowDecodingError {
      throw AuditedDatabaseError.damaged(path: path, reason: "\(error)")
    }
  }

  private static func meaning(of error: DatabaseError, _ path: String) -> AuditedDatabaseError {
    let reason = error.message ?? "\(error.resultCode)"
    switch error.resultCode {
    case .SQLITE_FULL: return .diskFull(path: path)
    case .SQLITE_BUSY, .SQLITE_LOCKED: return .locked(path: path, by: "another program")
    case .SQLITE_CORRUPT, .SQLITE_NOTADB: return .damaged(path: path, reason: reason)
    // The memory that readers and writers share is a file, too, and where it cannot grow SQLite says only that.
    case .SQLITE_IOERR, .SQLITE_CANTOPEN:
      return isFull(path) ? .diskFull(path: path) : .failed(path: path, reason: reason)
    default: return .failed(path: path, reason: reason)
    }
  }

  private static func isFull(_ path: String) -> Bool {
    var status = statvfs()
    guard statvfs((path as NSString).deletingLastPathComponent, &status) == 0 else { return false }
    return UInt64(status.f_bavail) * UInt64(status.f_frsize) < 1 << 16 || (status.f_files > 0 && status.f_favail == 0)
  }
}
