import AuditedDatabase
import Files
import Foundation
import GRDB

extension ReviewDesk {
  /// An item with its text, as a person sees it who asks for it by name. That it was seen is in the audit before it is given out.
  ///
  /// - Parameters:
  ///   - id: The item's id.
  ///   - reviewer: Who asks.
  /// - Throws: ``ReviewError/unknownItem(id:)`` where there is none, or none of this person's tasks; an error of the database.
  public func view(_ id: String, by reviewer: Reviewer) throws -> ReviewedItem {
    try write(reviewer.person) { ledger in
      let item = try ReviewedItemStore(database: ledger.database, now: ledger.date).item(id)
      guard let item, reviewer.maySee(item.item.task) else { throw ReviewError.unknownItem(id: id) }
      try ledger.record("view", id)
      return item
    }
  }

  /// Items of a task with their texts, in the order in which they came: what an export reads, part by part. The audit has an entry for each
  /// part, and none for each item.
  ///
  /// - Parameters:
  ///   - task: The task.
  ///   - after: Where the part before has ended; 0 for the first.
  ///   - limit: So many items at most.
  ///   - reviewer: Who asks.
  /// - Returns: The items, and where they end; `nil`: there are no more.
  /// - Throws: ``ReviewError/unknownTask(got:known:)`` where the task has no policy or is none of this person's, an error of the database.
  public func items(
    of task: String, after: Int = 0, limit: Int = 1000, by reviewer: Reviewer
  ) throws -> (items: [ReviewedItem], end: Int?) {
    try write(reviewer.person) { ledger in
      guard reviewer.maySee(task) else { throw ReviewError.unknownTask(got: task, known: reviewer.tasks ?? []) }
      _ = try Self.requiredPolicy(task, ledger.database)
      let found = try ReviewedItemStore(database: ledger.database, now: ledger.date).items(
        of: task, after: after, limit: max(1, min(limit, 10_000)))
      guard let first = found.first, let last = found.last else { return ([], nil) }
      try ledger.record(
        "view", task,
        ["items": .integer(found.count), "first": .text(first.item.item.id), "last": .text(last.item.item.id)])
      return (found.map(\.item), last.number)
    }
  }
}

extension Reviewer {
  /// Whether this person sees items of a task.
  ///
  /// - Parameter task: The task; `nil`: nobody knows it.
  func maySee(_ task: String?) -> Bool {
    guard let tasks else { return true }
    return task.map { task in tasks.contains { $0.hasSameCodePoints(as: task) } } ?? false
  }
}
