import AuditedDatabase
import Foundation
import GRDB

extension ReviewDesk {
  /// So many items are marked, or become final, in one transaction: a flood neither holds others up nor makes one large audit entry.
  static let batch = 64
  /// What being late adds to a priority; more than everything else together, so that late items are known by theirs.
  static let lateBonus = 1000

  /// Marks the items that have become late since the last call; a timer calls it, as ``take(_:)`` marks a few at a time.
  ///
  /// - Returns: How many.
  /// - Throws: An error of the database.
  @discardableResult
  public func markLate() throws -> Int {
    var sum = 0
    while true {
      let count = try write("review") { try markLate(&$0) }
      sum += count
      if count < Self.batch { return sum }
    }
  }

  /// Marks some of them: each is counted once, and comes before all that are not late.
  @discardableResult
  func markLate(_ ledger: inout Ledger) throws -> Int {
    let numbers = try Int.fetchAll(
      try ledger.database.cachedStatement(sql: QueueStore.late), arguments: [ledger.at, Self.batch])
    guard !numbers.isEmpty else { return 0 }
    let day = Self.day(of: ledger.at)
    for number in numbers {
      let row = try Row.fetchOne(
        try ledger.database.cachedStatement(sql: "SELECT priority, task FROM item WHERE number = ?"),
        arguments: [number])
      guard let row else { continue }
      let priority: Double = try row.value(0)
      let task: String = try row.value(1)
      try ledger.update(
        ReviewTable.item,
        ["late": 1, "priority": priority < Double(Self.lateBonus) ? priority + Double(Self.lateBonus) : priority],
        where: ["number": number])
      try ledger.database.cachedStatement(
        sql: """
          INSERT INTO tally(task, day, name, count) VALUES(?, ?, 'late', 1)
          ON CONFLICT(task, day, name) DO UPDATE SET count = count + 1
          """
      ).execute(arguments: [task, day])
    }
    try ledger.record("late", "\(numbers.count) items")
    return numbers.count
  }
}
