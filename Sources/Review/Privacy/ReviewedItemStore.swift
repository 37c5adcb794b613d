import AuditedDatabase
import Files
import Foundation
import GRDB

/// Items with their texts and votes in `review.sqlite`, inside of a transaction.
struct ReviewedItemStore {
  let database: Database
  /// Decides which leases hold.
  let now: Date

  private static let columns = """
    SELECT i.number, i.id, i.task, i.digest, i.decision, i.suggestion, i.probability, i.label, i.state, i.arrived, i.final_at,
      i.removed, c.text, c.source, c.created, c.meta, i.lease IS NOT NULL AND i.lease_until > ?
    FROM item i LEFT JOIN content c ON c.item = i.number
    """

  /// An item; `nil`: there is none of this id.
  func item(_ id: String) throws -> ReviewedItem? {
    try Row.fetchOne(
      try database.cachedStatement(sql: Self.columns + " WHERE i.id = ?"), arguments: [seconds, id]
    ).map { try item($0).item }
  }

  /// Items of a task in the order in which they came, each with its number.
  ///
  /// - Parameter task: The task.
  /// - Parameter after: Those of greater numbers only.
  /// - Parameter limit: So many at most.
  func items(of task: String, after: Int, limit: Int) throws -> [(number: Int, item: ReviewedItem)] {
    try Row.fetchAll(
      try database.cachedStatement(sql: Self.columns + " WHERE i.task = ? AND i.number > ? ORDER BY i.number LIMIT ?"),
      arguments: [seconds, task, after, limit]
    ).map(item)
  }

  private var seconds: Int { Int(saturating: now.timeIntervalSince1970) }

  private func item(_ row: Row) throws -> (number: Int, item: ReviewedItem) {
    let (number, id, task): (Int, String, String) = (try row.value(0), try row.value(1), try row.value(2))
    let state = try row.word(8, ItemState.self)
    let isLeased: Bool = try row.value(16)
    let meta: String? = try row.optional(15)
    return (
      number,
      ReviewedItem(
        item: IntakeItem(
          id: id, task: task == ReviewDesk.unknownTask ? nil : task, text: try row.optional(12) ?? "",
          source: try row.optional(13), created: try date(row, 14),
          meta: try meta.map {
            try JSONFile.decode([String: String].self, from: Data($0.utf8), path: "content of review.sqlite")
          } ?? [:]),
        digest: try row.digest(3), decision: try ReviewDesk.decision(try row.value(4)), suggestion: try row.optional(5),
        probability: try row.optional(6), votes: try votes(number, id), finalLabel: try row.optional(7),
        state: state == .queued && isLeased ? .leased : state, arrived: try row.date(9), finalAt: try date(row, 10),
        textRemoved: try date(row, 11))
    )
  }

  private func date(_ row: Row, _ column: Int) throws -> Date? {
    let seconds: Int? = try row.optional(column)
    return seconds.map { Date(timeIntervalSince1970: Double($0)) }
  }

  private func votes(_ item: Int, _ id: String) throws -> [Vote] {
    try Row.fetchAll(
      try database.cachedStatement(
        sql: """
          SELECT v.person, v.label, v.kind, r.text, v.milliseconds, v.saw, v.guideline, v.at
          FROM vote v LEFT JOIN remark r ON r.vote = v.number WHERE v.item = ? ORDER BY v.number
          """), arguments: [item]
    ).map { row in
      Vote(
        item: id, person: try row.value(0), label: try row.optional(1), kind: try row.word(2, Vote.Kind.self),
        reason: try row.optional(3), milliseconds: try row.optional(4), sawSuggestion: try row.value(5),
        guideline: try row.optional(6), at: try row.date(7))
    }
  }
}
