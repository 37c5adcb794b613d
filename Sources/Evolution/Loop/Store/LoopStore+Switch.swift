import AuditedDatabase
import Files
public import Foundation
import GRDB

extension LoopStore {
  /// Whether the loop may do anything.
  /// - Throws: An error of the database.
  public func switchState() throws -> LoopSwitch { try database.read(Self.switchState) }

  static func switchState(_ database: Database) throws -> LoopSwitch {
    let asked = try String.fetchOne(
      database, sql: "SELECT person FROM asked WHERE subject = ?", arguments: [startSubject])
    let row = try Row.fetchOne(
      database, sql: "SELECT stopped, review, release, person, at, reason FROM switch")
    guard let row else { return .untouched(asked: asked) }
    return LoopSwitch(
      isStopped: try row.value(0), stopsReview: try row.value(1), release: try row.optional(2), by: try row.value(3),
      at: try row.date(4), reason: try row.optional(5), startAskedBy: asked)
  }

  private static let startSubject = "start"

  /// Stops the loop at once and for as long as nobody starts it: nothing is published, no canary answers, no job moves.
  ///
  /// What is being published in this moment is finished before this returns; nothing is afterwards. Runners let training write a
  /// checkpoint and end as soon as they look.
  ///
  /// - Parameter person: Who does it.
  /// - Parameter reason: Why.
  /// - Parameter release: The release that is served, and stays.
  /// - Parameter alsoReview: Whether every item goes to people, too.
  /// - Parameter at: When.
  /// - Throws: An error of the database.
  @discardableResult
  public func stop(
    by person: String, reason: String?, release: Int?, alsoReview: Bool, at: Date
  ) throws -> LoopSwitch {
    try write(person, at: at) { ledger in
      let before = try Self.switchState(ledger.database)
      // A second stop takes nothing of the first one back, and a request to start is none any more.
      let stopsReview = alsoReview || (before.isStopped && before.stopsReview)
      try ledger.database.execute(sql: "DELETE FROM asked WHERE subject = ?", arguments: [Self.startSubject])
      try Self.put(
        [
          "stopped": 1, "review": stopsReview ? 1 : 0, "release": release, "person": person, "at": ledger.at,
          "reason": reason,
        ],
        in: &ledger)
      try ledger.record("stop", "loop", ["review": .boolean(stopsReview)])
      return try Self.switchState(ledger.database)
    }
  }

  /// Starts the loop again. Two persons ask for it.
  ///
  /// - Parameter person: Who asks.
  /// - Parameter reason: Why.
  /// - Parameter at: When.
  /// - Returns: The switch; it is on where this was the second person, or was on.
  /// - Throws: ``LoopError/samePerson(person:what:)``, an error of the database.
  @discardableResult
  public func start(by person: String, reason: String, at: Date) throws -> LoopSwitch {
    try write(person, at: at) { ledger in
      let before = try Self.switchState(ledger.database)
      guard before.isStopped else { return before }
      let first = try Self.second(of: Self.startSubject, person: person, reason: reason, in: &ledger)
      if let first {
        try Self.put(
          [
            "stopped": 0, "review": 0, "release": nil, "person": person, "at": ledger.at,
            "reason": "\(first.person): \(first.reason); \(person): \(reason)",
          ], in: &ledger)
        try ledger.record("start", "loop", ["first": .text(Array(first.person.utf8))])
      }
      return try Self.switchState(ledger.database)
    }
  }

  private static func put(_ values: [String: (any DatabaseValueConvertible)?], in ledger: inout Ledger) throws {
    let isThere = try Bool.fetchOne(ledger.database, sql: "SELECT count(*) > 0 FROM switch") ?? false
    if isThere {
      try ledger.update(LoopTable.switch, values, where: ["one": 1])
    } else {
      try ledger.insert(LoopTable.switch, values.merging(["one": 1]) { old, _ in old })
    }
  }
}
