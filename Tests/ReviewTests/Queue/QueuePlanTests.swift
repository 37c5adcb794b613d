import Foundation
import GRDB
import Synchronization
import Testing

@testable import Review

@Suite struct QueuePlanTests {
  private func plan(_ sql: String, _ database: Database) throws -> [String] {
    let marks = StatementArguments(Array(repeating: 1, count: sql.filter { $0 == "?" }.count))
    return try Row.fetchAll(database, sql: "EXPLAIN QUERY PLAN " + sql, arguments: marks).map { $0["detail"] }
  }

  @Test func takeAndDecideAndBacklogUseAnIndex() throws {
    let queue = try DatabaseQueue()
    try queue.write { database in
      try database.execute(sql: ReviewSchema.sql)
      for (sql, index) in [
        (QueueStore.best, "item_queue"), (QueueStore.late, "item_due"), (QueueStore.settled, "item_settles"),
        (QueueStore.held, "item_lease"),
      ] {
        let plan = try plan(sql, database)
        #expect(plan.contains { $0.contains("SEARCH item USING") && $0.contains(index) }, "\(plan)")
        #expect(!plan.contains { $0.contains("SCAN") }, "\(plan)")
      }
      let best = try plan(QueueStore.best, database)
      #expect(!best.contains { $0.contains("TEMP B-TREE") }, "\(best)")
      #expect(best.contains { $0.contains("vote_item") }, "\(best)")
    }
  }

  /// Rows that are looked at, not time: the statement asks a function of each.
  private func examined(of count: Int) throws -> Int {
    let queue = try DatabaseQueue()
    let seen = Mutex(0)
    return try queue.write { database in
      database.add(
        function: DatabaseFunction("examined", argumentCount: 1) { values in
          seen.withLock { $0 += 1 }
          return values.first
        })
      try database.execute(sql: ReviewSchema.sql)
      try database.execute(
        sql: """
          WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
          INSERT INTO item(number, id, digest, task, policy, state, blind, people, drawn, decision, priority, arrived, due, late,
            lease_until)
          SELECT i, 'item ' || i, zeroblob(32), 'spam', 1, 'queued', 0, 1, 0, '{}', i % 97, i, i, 0, iif(i % 97 = 96 AND i < 500, 99, 0)
          FROM n
          """, arguments: [count])
      let sql = QueueStore.best.replacingOccurrences(of: "removed IS NULL", with: "examined(removed) IS NULL")
      #expect(sql != QueueStore.best)
      let number = try Int.fetchOne(database, sql: sql, arguments: ["spam", "queued", 10, "ann"])
      // Those before it, of the same priority, have leases.
      #expect(number == 581)
      return seen.withLock { $0 }
    }
  }

  @Test func aTakeLooksAtNoMoreRowsWhereMoreWait() throws {
    let few = try examined(of: 1000)
    #expect((1...20).contains(few))
    #expect(try examined(of: 100_000) == few)
  }
}
