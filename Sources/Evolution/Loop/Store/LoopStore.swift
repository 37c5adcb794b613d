import AuditedDatabase
import Files
public import Foundation
import GRDB

/// The loop's jobs, its switch and who asked for what: `loop.sqlite` in a registry's folder.
///
/// Each change is one IMMEDIATE transaction with its audit entries. Who moves a job says where he saw it, and is refused where somebody
/// has moved it since or the loop is stopped.
public final class LoopStore: Sendable {
  /// The registry's folder.
  public let folder: URL
  let database: AuditedDatabase

  /// Opens the loop's database of a registry; the first opening for writing makes it.
  ///
  /// - Parameter folder: The registry's folder.
  /// - Throws: An error of the database.
  public init(in folder: URL) throws {
    self.folder = folder
    database = try LoopTable.open(in: folder)
  }

  /// Whether a registry has a loop: only whoever changes something makes its database.
  ///
  /// - Parameter folder: The registry's folder.
  public static func exists(in folder: URL) -> Bool { FolderFile.exists(LoopTable.file, in: folder) }

  /// Closes its database; the store is of no use afterwards.
  /// - Throws: An error of the database.
  public func close() throws { try database.close() }

  /// All jobs, by task.
  /// - Throws: ``LoopError/damaged(task:reason:)``, an error of the database.
  public func jobs() throws -> [LoopJob] {
    try database.read { database in
      try Row.fetchAll(database, sql: "\(LoopJobRow.select) ORDER BY j.task").map { try LoopJobRow.job($0) }
    }
  }

  /// The job of a task.
  ///
  /// - Parameter task: The task.
  /// - Throws: ``LoopError/unknownTask(got:known:)``, ``LoopError/damaged(task:reason:)``, an error of the database.
  public func job(of task: String) throws -> LoopJob { try database.read { try Self.job(of: task, $0) } }

  static func job(of task: String, _ database: Database) throws -> LoopJob {
    let row = try Row.fetchOne(
      try database.cachedStatement(sql: "\(LoopJobRow.select) WHERE j.task = ?"), arguments: [task])
    guard let row else {
      throw LoopError.unknownTask(
        got: task, known: try String.fetchAll(database, sql: "SELECT task FROM job ORDER BY task"))
    }
    return try LoopJobRow.job(row)
  }

  /// Makes the job of a task, idle; fine where there is one.
  ///
  /// - Parameter task: The task.
  /// - Parameter at: When.
  /// - Throws: An error of the database.
  public func add(_ task: String, at: Date) throws {
    let isThere = try database.read {
      try Bool.fetchOne($0, sql: "SELECT count(*) > 0 FROM job WHERE task = ?", arguments: [task])
    }
    guard isThere != true else { return }
    try write("loop", at: at) { ledger in
      let isThere = try Bool.fetchOne(
        ledger.database, sql: "SELECT count(*) > 0 FROM job WHERE task = ?", arguments: [task])
      guard isThere != true else { return }
      let move = LoopMove(state: .idle, inputs: LoopInputs(), findings: LoopFindings())
      var values = try LoopJobRow.values(move, attempt: 1, since: ledger.at)
      values["task"] = task
      values["cooldown"] = 0
      try ledger.insert(LoopTable.job, values)
      try ledger.record("job", task)
    }
  }

  /// Changes the database: all of it with its audit entries, or nothing.
  ///
  /// - Parameter actor: Who does it.
  /// - Parameter at: When.
  func write<Result>(_ actor: String, at: Date, _ body: (inout Ledger) throws -> Result) throws -> Result {
    try database.write(clock: { at }, actor: actor, body)
  }
}
