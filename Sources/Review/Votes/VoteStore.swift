import AuditedDatabase
import Files
import Foundation
import GRDB

/// A vote as `review.sqlite` has it.
struct KeptVote: Sendable, Equatable {
  let number: Int
  let person: String
  let kind: Vote.Kind
  let label: String?
  let milliseconds: Int?
  let sawSuggestion: Bool
  let guideline: String?
  let at: Int
  /// What the person wrote; `nil`: nothing, or it was removed.
  let reason: String?

  /// The vote as others see it.
  ///
  /// - Parameter item: The item's id.
  func vote(on item: String) -> Vote {
    Vote(
      item: item, person: person, label: label, kind: kind, reason: reason, milliseconds: milliseconds,
      sawSuggestion: sawSuggestion, guideline: guideline, at: Date(timeIntervalSince1970: Double(at)))
  }
}

/// Votes, inside of a transaction.
struct VoteStore {
  let database: Database

  /// The votes on an item that nobody took back, in order.
  ///
  /// - Parameter item: The item's number.
  func inForce(on item: Int) throws -> [KeptVote] {
    try Row.fetchAll(
      try database.cachedStatement(
        sql: """
          SELECT v.number, v.person, v.kind, v.label, v.milliseconds, v.saw, v.guideline, v.at, r.text
          FROM vote v LEFT JOIN remark r ON r.vote = v.number
          WHERE v.item = ? AND v.undone = 0 AND v.kind <> 'undo' ORDER BY v.number
          """), arguments: [item]
    ).map { row in
      KeptVote(
        number: try row.value(0), person: try row.value(1), kind: try row.word(2, Vote.Kind.self),
        label: try row.optional(3), milliseconds: try row.optional(4), sawSuggestion: try row.value(5),
        guideline: try row.optional(6), at: try row.value(7), reason: try row.optional(8))
    }
  }

  /// Adds a vote; what the person wrote goes where it can be removed.
  ///
  /// - Parameter vote: The vote.
  /// - Parameter item: The item's number.
  /// - Parameter ledger: The transaction.
  static func add(_ vote: Vote, to item: Int, in ledger: inout Ledger) throws {
    let last = try Int.fetchOne(try ledger.database.cachedStatement(sql: "SELECT max(number) FROM vote")) ?? 0
    let (number, overflow) = last.addingReportingOverflow(1)
    guard !overflow else { throw StoredValueError(reason: "the number of a vote is too large") }
    try ledger.insert(
      ReviewTable.vote,
      [
        "number": number, "item": item, "person": vote.person, "kind": vote.kind.rawValue, "label": vote.label,
        "milliseconds": vote.milliseconds, "saw": vote.sawSuggestion ? 1 : 0, "guideline": vote.guideline,
        "at": ledger.at, "undone": 0,
      ])
    guard let reason = vote.reason else { return }
    try ledger.database.cachedStatement(sql: "INSERT INTO remark(vote, item, text) VALUES(?, ?, ?)")
      .execute(arguments: [number, item, reason])
  }
}
