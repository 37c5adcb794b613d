import AuditedDatabase
import Foundation
import GRDB

/// An item's row, as far as the queue needs it.
struct QueuedItem: Sendable, Equatable {
  let number: Int
  let id: String
  let task: String
  let state: ItemState
  /// Whether the coin drew it.
  let isDrawn: Bool
  /// Whether no suggestion is shown.
  let isBlind: Bool
  /// How many people have to label it, whatever they say.
  let people: Int
  /// The label that a side decided.
  let side: String?
  let suggestion: String?
  let probability: Double?
  /// JSON of what its sender was told.
  let decision: String
  let arrived: Int
  let due: Int
  /// Who has it, or had it last.
  let lease: String?
  let leaseUntil: Int
  let label: String?

  private static let columns = """
    number, id, task, state, half IS NOT NULL, blind, people, side, suggestion, probability, decision, arrived, due, lease,
    lease_until, label
    """

  /// The item of an id; `nil`: there is none.
  ///
  /// - Parameter id: The id.
  /// - Parameter database: The database, inside of a transaction.
  static func named(_ id: String, _ database: Database) throws -> QueuedItem? {
    try Row.fetchOne(
      try database.cachedStatement(sql: "SELECT \(columns) FROM item WHERE id = ?"), arguments: [id]
    ).map(QueuedItem.init)
  }

  /// The item of a number; `nil`: there is none.
  ///
  /// - Parameter number: The number.
  /// - Parameter database: The database, inside of a transaction.
  static func numbered(_ number: Int, _ database: Database) throws -> QueuedItem? {
    try Row.fetchOne(
      try database.cachedStatement(sql: "SELECT \(columns) FROM item WHERE number = ?"), arguments: [number]
    ).map(QueuedItem.init)
  }

  private init(_ row: Row) throws {
    number = try row.value(0)
    id = try row.value(1)
    task = try row.value(2)
    state = try row.word(3, ItemState.self)
    isDrawn = try row.value(4)
    isBlind = try row.value(5)
    people = try row.value(6)
    side = try row.optional(7)
    suggestion = try row.optional(8)
    probability = try row.optional(9)
    decision = try row.value(10)
    arrived = try row.value(11)
    due = try row.value(12)
    lease = try row.optional(13)
    leaseUntil = try row.value(14)
    label = try row.optional(15)
  }

  /// Whether it waits for a person.
  var isWaiting: Bool { [.queued, .second, .adjudicate].contains(state) }

  /// Whether a person has it, and nobody else may take it.
  ///
  /// - Parameter now: When it is, in seconds since 1970.
  func isHeld(at now: Int) -> Bool { isWaiting && lease != nil && leaseUntil > now }
}
