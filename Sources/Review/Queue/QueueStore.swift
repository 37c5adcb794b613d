import AuditedDatabase
import Files
import Foundation
import GRDB

/// The queue's questions, each answered by one index, inside of a transaction.
struct QueueStore {
  let database: Database
  /// Seconds since 1970.
  let now: Int

  /// The states that wait for a person. SQLite uses an index of these states only where a statement says so in the same words.
  static let waiting = "state IN ('queued', 'second', 'adjudicate')"

  /// What a task's best item of a state is that a person may take. An item whose lease is over fulfils it as one that never had a lease.
  static let best = """
    SELECT number, priority, due FROM item INDEXED BY item_queue
    WHERE task = ? AND state = ? AND \(waiting) AND lease_until <= ? AND removed IS NULL AND NOT EXISTS
      (SELECT 1 FROM vote WHERE vote.item = item.number AND vote.person = ? AND vote.undone = 0 AND vote.kind <> 'undo')
    ORDER BY priority DESC, due, number LIMIT 1
    """
  /// Those that have become late.
  static let late = """
    SELECT number FROM item INDEXED BY item_due WHERE late = 0 AND \(waiting) AND due < ? ORDER BY due, number LIMIT ?
    """
  /// Those whose last vote nobody can take back any more.
  static let settled = """
    SELECT number FROM item INDEXED BY item_settles WHERE settles <= ? ORDER BY settles, number LIMIT ?
    """
  /// Those that a person has.
  static let held = """
    SELECT number FROM item INDEXED BY item_lease WHERE lease = ? AND lease_until > ? AND \(waiting)
    ORDER BY lease_until, number
    """

  private struct Candidate {
    let number: Int
    let priority: Double
    let due: Int

    func comes(before other: Candidate) -> Bool {
      if priority != other.priority { return priority > other.priority }
      return due != other.due ? due < other.due : number < other.number
    }
  }

  /// The tasks of which anything waits, as far as a person may see them.
  ///
  /// - Parameter reviewer: The person.
  func tasks(for reviewer: Reviewer) throws -> [String] {
    let waiting = try String.fetchAll(
      try database.cachedStatement(sql: "SELECT task FROM depth WHERE waiting > 0 ORDER BY task"))
    return waiting.filter(reviewer.maySee)
  }

  /// The item that a person should look at next; `nil`: there is none.
  ///
  /// - Parameter reviewer: The person.
  func next(for reviewer: Reviewer) throws -> Int? {
    var best: Candidate?
    for task in try tasks(for: reviewer) {
      for state in reviewer.states {
        let row = try Row.fetchOne(
          try database.cachedStatement(sql: Self.best), arguments: [task, state.rawValue, now, reviewer.person])
        guard let row else { continue }
        let candidate = Candidate(number: try row.value(0), priority: try row.value(1), due: try row.value(2))
        if best.map(candidate.comes(before:)) != false { best = candidate }
      }
    }
    return best?.number
  }

  /// The items that a person has, the one that is first to lapse first.
  ///
  /// - Parameter person: The person.
  func held(by person: String) throws -> [Int] {
    try Int.fetchAll(try database.cachedStatement(sql: Self.held), arguments: [person, now])
  }
}

extension Reviewer {
  /// Whether items of a task are shown to this person.
  ///
  /// - Parameter task: The task.
  func maySee(_ task: String) -> Bool { tasks?.contains { $0.hasSameCodePoints(as: task) } != false }

  /// The states whose items this person takes.
  var states: [ItemState] { isLead ? [.adjudicate, .second, .queued] : [.second, .queued] }

  /// Requires a name that votes and leases can have.
  func check() throws {
    guard (1...256).contains(person.utf8.count) else {
      throw ReviewError.invalid(what: "person", got: "\(person.utf8.count) bytes", expected: "1 to 256 bytes")
    }
  }
}
