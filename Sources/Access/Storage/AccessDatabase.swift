import Files
import Foundation
import GRDB

/// The file of keys: how it is opened, read and written, and what its errors mean.
///
/// It has one connection that reads and one that writes. `PRAGMA data_version` compares two moments of one connection, so the one that reads
/// is always the same; and a request that is looked at never waits behind a write.
final class AccessDatabase: Sendable {
  static let file = "access.sqlite"
  /// A file of ten thousand keys has four MiB.
  static let largest = 64 << 20

  let path: String
  private let reader: DatabaseQueue
  /// `nil`: the file is only read.
  private let writer: DatabaseQueue?
  /// Which file was opened: another one may get its name.
  private let identity: FileIdentity

  /// Opens the file of a folder that has one.
  ///
  /// - Throws: ``AccessError``, `FileError`.
  init(in folder: URL, mode: AccessKeys.Mode) throws {
    let url = folder.appendingPathComponent(Self.file, isDirectory: false)
    try Self.requireRegular(in: folder)
    path = url.path
    if mode == .writing { try Self.protect(url.path) }
    identity = try FileIdentity(url.path)
    // The one that only reads comes first: a file of a newer program is not touched.
    let reader = try Self.connection(url.path, readonly: true)
    try Self.check(reader, url.path)
    self.reader = reader
    writer = mode == .writing ? try Self.connection(url.path, readonly: false) : nil
  }

  private static func connection(_ path: String, readonly: Bool) throws -> DatabaseQueue {
    var configuration = Configuration()
    configuration.busyMode = .timeout(5)
    configuration.readonly = readonly
    configuration.label = "access"
    configuration.prepareDatabase {
      // REPLACE shall not get past the triggers, and a file from elsewhere shall run nothing that it has brought.
      try $0.execute(sql: "PRAGMA recursive_triggers = ON; PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON")
    }
    return try translated(path) {
      let queue = try DatabaseQueue(path: path, configuration: configuration)
      if !readonly {
        try queue.inDatabase { database in
          // With NORMAL a power failure would take the last revocations back.
          try database.execute(sql: "PRAGMA synchronous = FULL")
          guard try String.fetchOne(database, sql: "PRAGMA journal_mode = WAL") == "wal" else {
            throw AccessError.database(path: path, reason: "this disk has no shared memory for its journal")
          }
        }
      }
      return queue
    }
  }

  /// Requires a schema that is known, and pages that are whole: a file that was cut off may answer some questions still.
  private static func check(_ reader: DatabaseQueue, _ path: String) throws {
    try translated(path) {
      try reader.read { database in
        let found = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
        guard found <= AccessSchema.newest else {
          throw AccessError.newerSchema(path: path, found: found, known: AccessSchema.newest)
        }
        guard found > 0 else { throw AccessError.damaged(path: path, reason: "it has no schema") }
        let problem = try String.fetchOne(database, sql: "PRAGMA quick_check(1)") ?? "nothing was checked"
        guard problem.hasSameCodePoints(as: "ok") else { throw AccessError.damaged(path: path, reason: problem) }
      }
    }
  }

  /// Whether the file that was opened still has its name.
  var isCurrent: Bool { (try? FileIdentity(path)) == identity }

  /// A number that is another one after somebody else has written.
  func dataVersion() throws -> Int {
    try Self.translated(path) {
      try reader.inDatabase { try Int.fetchOne($0, sql: "PRAGMA data_version") ?? 0 }
    }
  }

  /// Reads from one state of the file.
  func read<Result>(_ body: (Database) throws -> Result) throws -> Result {
    try Self.translated(path) { try reader.read(body) }
  }

  /// Changes the file: all of it or nothing, in one IMMEDIATE transaction, as GRDB makes them for writes.
  func write<Result>(_ body: (Database) throws -> Result) throws -> Result {
    guard let writer else { throw AccessError.readingOnly(path: path) }
    return try Self.translated(path) { try writer.write(body) }
  }

  /// The same, while the caller goes on.
  ///
  /// - Parameter completion: Is given what went wrong; `nil`: nothing.
  func writeLater(
    _ body: @escaping @Sendable (Database) throws -> Void, completion: @escaping @Sendable ((any Error)?) -> Void
  ) {
    guard let writer else { return completion(AccessError.readingOnly(path: path)) }
    writer.asyncWriteWithoutTransaction { [path] database in
      do {
        try Self.translated(path) {
          try database.inTransaction(.immediate) {
            try body(database)
            return .commit
          }
        }
        completion(nil)
      } catch {
        completion(error)
      }
    }
  }

  /// Closes it: the last process writes what is in the journal to the file itself, which one that reads cannot.
  func close() throws {
    try Self.translated(path) {
      try reader.close()
      try writer?.close()
    }
  }

  /// Runs a body; SQLite's errors become ours.
  static func translated<Result>(_ path: String, _ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let error as DatabaseError {
      throw meaning(of: error, path)
    } catch let error as RowDecodingError {
      throw AccessError.damaged(path: path, reason: "\(error)")
    }
  }

  private static func meaning(of error: DatabaseError, _ path: String) -> any Error {
    let reason = error.message ?? "\(error.resultCode)"
    switch error.resultCode {
    case .SQLITE_FULL: return FileError.diskFull(path: path)
    case .SQLITE_BUSY, .SQLITE_LOCKED: return AccessError.locked(path: path)
    // Tables or columns that are not there are an ERROR, and a row that its schema forbids is a CONSTRAINT.
    case .SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_ERROR, .SQLITE_CONSTRAINT, .SQLITE_MISMATCH:
      return AccessError.damaged(path: path, reason: reason)
    default: return AccessError.database(path: path, reason: reason)
    }
  }
}
