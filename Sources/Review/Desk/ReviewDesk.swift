import AuditedDatabase
import Files
public import Foundation
import GRDB

/// The one door to `review.sqlite` of a registry's folder: items, decisions, the queue, votes, policies.
///
/// Each change is one transaction with its audit entry: what is given out is in the audit.
public final class ReviewDesk: Sendable {
  /// Whether the file may be changed.
  public enum Access: Sendable {
    /// Changes nothing.
    case reading
    case writing
  }

  static let file = "review.sqlite"
  private static let lock = "review.lock"

  let database: AuditedDatabase
  let coins: CoinKeys
  let clock: @Sendable () -> Date

  private init(_ database: AuditedDatabase, coins: CoinKeys, clock: @escaping @Sendable () -> Date) {
    (self.database, self.coins, self.clock) = (database, coins, clock)
  }

  /// Opens the desk of a registry; the first opening for writing makes its file.
  ///
  /// - Parameters:
  ///   - registry: The registry's folder. That it is one, and on a disk of this machine, is for the caller to know.
  ///   - access: Whether it may be changed.
  ///   - clock: Says when it is.
  /// - Throws: ``ReviewError``, `FileError`, an error of the database.
  public static func open(
    in registry: URL, access: Access = .writing, clock: @escaping @Sendable () -> Date
  ) throws -> ReviewDesk {
    let folder = URL(fileURLWithPath: registry.standardizedFileURL.path)
    for name in [file, file + "-wal", file + "-shm", file + "-journal"] where FolderFile.exists(name, in: folder) {
      _ = try FolderFile.url(name, in: folder)
    }
    guard access == .writing || FolderFile.exists(file, in: folder) else {
      throw FileError.notFound(path: folder.appendingPathComponent(file).path)
    }
    if access == .writing { try Self.make(folder.appendingPathComponent(file).path) }
    let database = try AuditedDatabase(
      in: folder, file: file, lock: lock, access: access == .writing ? .writing : .reading, erases: true)
    if access == .writing {
      // Two processes that make it at once: the second one finds the schema.
      try database.write(clock: clock, actor: "review") { ledger in
        guard try version(ledger.database) == 0 else { return }
        try ledger.database.execute(sql: ReviewSchema.sql)
        try ledger.database.execute(sql: "INSERT INTO clock VALUES(1, ?)", arguments: [ledger.at])
        try ledger.record("create", "review")
      }
    }
    let found = try database.read(version)
    guard found <= ReviewSchema.newest else {
      throw ReviewError.newerSchema(path: database.path, found: found, known: ReviewSchema.newest)
    }
    return ReviewDesk(database, coins: CoinKeys(folder: folder.appendingPathComponent("secrets")), clock: clock)
  }

  /// Makes the file where there is none, for nobody but its owner: it has texts in it. What SQLite puts beside it gets the same rights.
  private static func make(_ path: String) throws {
    let descriptor = Foundation.open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
    if descriptor >= 0 {
      Foundation.close(descriptor)
    } else if errno != EEXIST {
      throw FileError.system(errno, writing: path)
    }
  }

  private static func version(_ database: Database) throws -> Int {
    try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
  }

  /// Closes its file; the desk is of no use afterwards.
  /// - Throws: An error of the database.
  public func close() throws { try database.close() }

  /// Changes rows, with their audit entries or not at all; the latest time that was seen moves on afterwards.
  func write<Result>(_ actor: String, _ body: (inout Ledger) throws -> Result) throws -> Result {
    try database.write(clock: clock, actor: actor) { ledger in
      let result = try body(&ledger)
      try ledger.database.cachedStatement(sql: "UPDATE clock SET latest = max(latest, ?)").execute(
        arguments: [ledger.at])
      return result
    }
  }
}
