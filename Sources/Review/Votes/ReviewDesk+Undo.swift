import AuditedDatabase
import Files
import Foundation
import GRDB

/// A vote that its person took back.
public struct UndoneVote: Sendable, Equatable {
  /// The item's id.
  public let item: String
  /// What was taken back.
  public let kind: Vote.Kind
  /// The label that was taken back.
  public let label: String?
  /// The item, which is this person's again; `nil`: another person has it at the moment.
  public let shown: QueueItem?
}

extension ReviewDesk {
  /// Over so many of their own votes a person may go back.
  static let undoDepth = 10

  /// Takes the last vote of a person back that can be: one of the last 10, not older than 10 minutes, on an item that is not final.
  ///
  /// The vote stays, and so does who took it back when. The item goes where the other votes put it.
  ///
  /// - Parameter reviewer: The person.
  /// - Returns: What was taken back.
  /// - Throws: ``ReviewError/nothingToUndo(person:)``, an error of the database.
  public func undo(by reviewer: Reviewer) throws -> UndoneVote {
    try reviewer.check()
    return try write(reviewer.person) { ledger in
      // What is final by now is not taken back because nobody has looked at the clock.
      try settle(&ledger)
      guard let found = try undoable(by: reviewer, at: ledger.at, ledger.database).first,
        let item = try QueuedItem.numbered(found.item, ledger.database)
      else {
        throw ReviewError.nothingToUndo(person: reviewer.person)
      }
      try ledger.update(ReviewTable.vote, ["undone": 1], where: ["number": found.vote])
      let event = Vote(
        item: item.id, person: reviewer.person, label: nil, kind: .undo,
        at: Date(timeIntervalSince1970: Double(ledger.at)))
      try VoteStore.add(event, to: item.number, in: &ledger)
      let other = item.isHeld(at: ledger.at) ? item.lease.map { (person: $0, until: item.leaseUntil) } : nil
      try stand(item.number, lease: other, after: .undo, in: &ledger)
      try ledger.record("undo", item.id, ["vote": .integer(found.vote)])
      var shown: QueueItem?
      if other == nil, let now = try QueuedItem.numbered(item.number, ledger.database), now.isWaiting,
        now.state != .adjudicate || reviewer.isLead
      {
        shown = try lease(now, to: reviewer, "take", in: &ledger)
      }
      return UndoneVote(item: item.id, kind: found.kind, label: found.label, shown: shown)
    }
  }

  /// The votes that a person can take back, the last one first.
  func undoable(
    by reviewer: Reviewer, at now: Int, _ database: Database
  ) throws -> [(vote: Int, item: Int, kind: Vote.Kind, label: String?)] {
    // Those that were taken back count: going back over ten and ten more is not going back over ten.
    let rows = try Row.fetchAll(
      try database.cachedStatement(
        sql: """
          SELECT v.number, v.item, v.kind, v.label, i.task FROM
            (SELECT * FROM vote WHERE person = ? AND kind <> 'undo' ORDER BY number DESC LIMIT ?) v
          JOIN item i ON i.number = v.item
          WHERE v.undone = 0 AND v.at > ? AND i.state IN ('queued', 'second', 'adjudicate', 'decided')
          ORDER BY v.number DESC
          """), arguments: [reviewer.person, Self.undoDepth, now.before(seconds: Self.undoSeconds)])
    return try rows.compactMap { row in
      guard reviewer.maySee(try row.value(4)) else { return nil }
      return (try row.value(0), try row.value(1), try row.word(2, Vote.Kind.self), try row.optional(3))
    }
  }
}

extension Int {
  /// Seconds since 1970 some seconds earlier; the earliest there is where that is out of range.
  fileprivate func before(seconds: Int) -> Int {
    let (difference, beyond) = subtractingReportingOverflow(seconds)
    return beyond ? .min : difference
  }
}
