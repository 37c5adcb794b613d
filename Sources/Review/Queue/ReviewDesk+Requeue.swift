import AuditedDatabase
import Files
import Foundation
import GRDB

extension ReviewDesk {
  /// Sends items to people that a side has decided. What is with people already, was withdrawn or has lost its text stays as it is.
  ///
  /// Its sender has been told a decision, which holds until people say otherwise.
  ///
  /// - Parameters:
  ///   - ids: The items' ids.
  ///   - actor: Who does it.
  /// - Returns: How many go to people.
  /// - Throws: ``ReviewError/unknownItem(id:)``, an error of the database: none goes then.
  @discardableResult
  public func requeue(_ ids: [String], actor: String) throws -> Int {
    try write(actor) { ledger in
      var count = 0
      for id in ids {
        guard let item = try QueuedItem.named(id, ledger.database) else { throw ReviewError.unknownItem(id: id) }
        if try requeue(item, in: &ledger) { count += 1 }
      }
      if count > 0 { try ledger.record("requeue", "\(count) items") }
      return count
    }
  }

  /// Sends all items to people that sides have decided by the models of a release, such as one that was rolled back.
  ///
  /// It goes in steps, so that intake and reviewers are not held up; after a stop in between, once more does the rest.
  ///
  /// - Parameters:
  ///   - release: The release.
  ///   - actor: Who does it.
  /// - Returns: How many go to people.
  /// - Throws: An error of the database.
  @discardableResult
  public func requeue(release: Int, actor: String) throws -> Int {
    var (last, sum) = (0, 0)
    while true {
      let numbers = try database.read { try Self.decided(by: release, after: last, $0) }
      guard let newest = numbers.last else { return sum }
      sum += try write(actor) { ledger in
        var count = 0
        for number in numbers {
          guard let item = try QueuedItem.numbered(number, ledger.database) else { continue }
          if try requeue(item, in: &ledger) { count += 1 }
        }
        if count > 0 { try ledger.record("requeue", "release \(release)", ["items": .integer(count)]) }
        return count
      }
      last = newest
    }
  }

  private static func decided(by release: Int, after last: Int, _ database: Database) throws -> [Int] {
    try Int.fetchAll(
      try database.cachedStatement(
        sql: """
          SELECT i.number FROM item i JOIN opinion o ON o.item = i.number
          WHERE i.number > ? AND i.state = 'automatic' AND i.removed IS NULL AND json_extract(o.body, '$.release') = ?
          ORDER BY i.number LIMIT ?
          """), arguments: [last, release, batch])
  }

  /// Puts an item into the queue; `false`: it stays where it is.
  private func requeue(_ item: QueuedItem, in ledger: inout Ledger) throws -> Bool {
    guard item.state == .automatic else { return false }
    let hasText = try Bool.fetchOne(
      try ledger.database.cachedStatement(sql: "SELECT 1 FROM content WHERE item = ?"), arguments: [item.number])
    guard hasText != nil else { return false }
    let policy = try Self.policy(item.task, ledger.database)?.policy
    let hours = (policy?.queue ?? QueuePolicy()).hours
    try ledger.update(
      ReviewTable.item,
      [
        "state": ItemState.queued.rawValue, "due": ledger.at.after(seconds: hours, times: 3600), "lease": nil,
        "lease_until": 0,
      ], where: ["number": item.number])
    // It is kept as long as all that people look at.
    let days = (policy?.retention ?? RetentionPolicy()).labelledDays
    try ledger.database.cachedStatement(sql: "UPDATE content SET expires = max(expires, ?) WHERE item = ?")
      .execute(arguments: [item.arrived.after(days: days), item.number])
    return true
  }
}
