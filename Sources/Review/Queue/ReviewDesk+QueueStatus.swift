import AuditedDatabase
import Files
import Foundation
import GRDB

extension ReviewDesk {
  /// For how many days breaches are counted.
  private static let breachDays = 30

  /// How the queue stands: counts that are kept or that one index has, so that it may be asked each second.
  ///
  /// - Parameter reviewer: The person.
  /// - Returns: The tasks of this person, and what is theirs.
  /// - Throws: An error of the database.
  public func queueStatus(for reviewer: Reviewer) throws -> QueueStatus {
    let now = Int(saturating: clock().timeIntervalSince1970)
    let (day, _) = Self.day(of: now).subtractingReportingOverflow(Self.breachDays)
    return try database.read { database in
      let tasks = try String.fetchAll(
        database,
        sql: """
          SELECT task FROM depth WHERE waiting > 0 UNION SELECT task FROM tally WHERE name = 'late' AND day >= ? ORDER BY task
          """, arguments: [day])
      return QueueStatus(
        tasks: try tasks.filter(reviewer.maySee).map { try status(of: $0, now, since: day, database) },
        mine: try QueueStore(database: database, now: now).held(by: reviewer.person).count,
        today: try Int.fetchOne(
          database,
          sql:
            "SELECT count(*) FROM vote INDEXED BY vote_day WHERE person = ? AND at >= ? AND undone = 0 AND kind <> 'undo'",
          arguments: [reviewer.person, Self.midnight(before: now)]) ?? 0,
        undoable: try undoable(by: reviewer, at: now, database).count)
    }
  }

  private func status(of task: String, _ now: Int, since day: Int, _ database: Database) throws -> QueueStatus.Task {
    func count(_ sql: String, _ arguments: StatementArguments) throws -> Int {
      try Int.fetchOne(try database.cachedStatement(sql: sql), arguments: arguments) ?? 0
    }
    func count(_ state: ItemState) throws -> Int {
      try count(
        "SELECT count(*) FROM item INDEXED BY item_queue WHERE task = ? AND state = ? AND \(QueueStore.waiting)",
        [task, state.rawValue])
    }
    // Late items are those whose priority says so, and those that nobody has marked yet.
    let marked = try [ItemState.queued, .second, .adjudicate].reduce(0) { sum, state in
      sum
        + (try count(
          "SELECT count(*) FROM item INDEXED BY item_queue WHERE task = ? AND state = ? AND \(QueueStore.waiting) AND priority >= ?",
          [task, state.rawValue, Self.lateBonus]))
    }
    let unmarked = try count(
      "SELECT count(*) FROM item INDEXED BY item_due WHERE late = 0 AND \(QueueStore.waiting) AND due < ? AND task = ?",
      [now, task])
    let oldest = try Int.fetchOne(
      try database.cachedStatement(
        sql:
          "SELECT arrived FROM item INDEXED BY item_waiting WHERE task = ? AND \(QueueStore.waiting) ORDER BY arrived LIMIT 1"
      ), arguments: [task])
    return QueueStatus.Task(
      task: task.hasSameCodePoints(as: Self.unknownTask) ? nil : task,
      waiting: try count("SELECT waiting FROM depth WHERE task = ?", [task]), second: try count(.second),
      adjudicate: try count(.adjudicate), late: marked + unmarked,
      breaches: try count(
        "SELECT CAST(total(count) AS INTEGER) FROM tally WHERE task = ? AND day >= ? AND name = 'late'", [task, day]),
      oldest: oldest.map { Date(timeIntervalSince1970: Double($0)) })
  }

  /// The day of a time, UTC, in days since 1970; those before have theirs, too.
  static func day(of seconds: Int) -> Int { seconds / 86_400 - (seconds % 86_400 < 0 ? 1 : 0) }

  private static func midnight(before seconds: Int) -> Int {
    let (midnight, beyond) = day(of: seconds).multipliedReportingOverflow(by: 86_400)
    return beyond ? .min : midnight
  }
}
