import Files
import Foundation
import GRDB

/// The sides of `review.sqlite`, inside of a transaction.
///
/// Every question is asked of the same state that the answer is then written to: a side cannot stop between the look at it and the decision.
struct SideStore {
  let database: Database
  let now: Date

  /// The sides of a policy as they are; one that has no row yet is inactive.
  ///
  /// - Parameters:
  ///   - policy: The policy.
  ///   - stored: The rows of its task; `nil`: they are read.
  func sides(of policy: TaskPolicy, among stored: [Side]? = nil) throws -> [Side] {
    let stored = try stored ?? self.stored(task: policy.task)
    let last = try lastPlace()
    return policy.sides.map { side in
      stored.first { $0.label.hasSameCodePoints(as: side.label) }
        ?? Side(task: policy.task, label: side.label, since: now, cursor: last)
    }
  }

  /// The sides of a task that have rows.
  func stored(task: String) throws -> [Side] {
    try Row.fetchAll(
      try database.cachedStatement(sql: "SELECT body, decided FROM side WHERE task = ? ORDER BY label"),
      arguments: [task]
    ).map(side)
  }

  /// Items are counted in a column of their own: each would otherwise write the whole side again.
  private func side(_ row: Row) throws -> Side {
    let body = try row.decode(String.self, atIndex: 0)
    var side = try JSONFile.decode(Side.self, from: Data(body.utf8), path: "side of review.sqlite")
    side.decided = try row.decode(Int.self, atIndex: 1)
    return side
  }

  /// Keeps a side.
  func save(_ side: Side) throws {
    let body = String(decoding: try JSONFile.encode(side, pretty: false), as: UTF8.self)
    try database.cachedStatement(
      sql: """
        INSERT INTO side(task, label, state, body, decided) VALUES(?, ?, ?, ?, ?)
        ON CONFLICT(task, label) DO UPDATE SET state = excluded.state, body = excluded.body, decided = excluded.decided
        """
    ).execute(arguments: [side.task, side.label, side.state.rawValue, body, side.decided])
  }

  /// Counts an item that a side has decided.
  func countDecision(_ side: Side) throws {
    try database.cachedStatement(sql: "UPDATE side SET decided = decided + 1 WHERE task = ? AND label = ?")
      .execute(arguments: [side.task, side.label])
  }

  /// The place of the last label that became final.
  private func lastPlace() throws -> Int {
    try Int.fetchOne(try database.cachedStatement(sql: "SELECT max(place) FROM item")) ?? 0
  }
}
