import AuditedDatabase
import Files
public import Foundation
import GRDB

extension ReviewDesk {
  /// So many items one person may have at once: whoever loads a page again and again does not take the queue away from others.
  static let mostLeases = 8

  /// Takes the next item for a person: the one of the highest priority, then the one that is due first.
  ///
  /// It is nobody else's until its lease ends; each call takes another item, so that two windows of one person never show the same one. It is
  /// never one on which the person has voted. A person who has ``mostLeases`` items gets the one of them back that would lapse first.
  ///
  /// - Parameter reviewer: The person.
  /// - Returns: The item; `nil` where nothing waits for this person.
  /// - Throws: ``ReviewError/invalid(what:got:expected:)``, an error of the database.
  public func take(_ reviewer: Reviewer) throws -> QueueItem? {
    try reviewer.check()
    return try write(reviewer.person) { ledger in
      try markLate(&ledger)
      try settle(&ledger)
      let queue = QueueStore(database: ledger.database, now: ledger.at)
      let held = try queue.held(by: reviewer.person)
      let number = held.count < Self.mostLeases ? try queue.next(for: reviewer) : held.first
      guard let number, let item = try QueuedItem.numbered(number, ledger.database), reviewer.maySee(item.task) else {
        return nil
      }
      return try lease(item, to: reviewer, "take", in: &ledger)
    }
  }

  /// The items that a person has, so that a page that is loaded again shows the same one.
  ///
  /// - Parameter reviewer: The person.
  /// - Returns: The items, the one whose lease ends first in front.
  /// - Throws: An error of the database.
  public func held(by reviewer: Reviewer) throws -> [QueueItem] {
    let now = Int(saturating: clock().timeIntervalSince1970)
    return try database.read { database in
      try QueueStore(database: database, now: now).held(by: reviewer.person).compactMap { number in
        guard let item = try QueuedItem.numbered(number, database), reviewer.maySee(item.task) else { return nil }
        return try shown(item, to: reviewer, until: item.leaseUntil, database)
      }
    }
  }

  /// Keeps an item for a person who is still at it. A lease that has ended is renewed, too, as long as nobody else has taken the item.
  ///
  /// - Parameters:
  ///   - id: The item's id.
  ///   - reviewer: The person.
  /// - Returns: Until when it is this person's now.
  /// - Throws: ``ReviewError/notYours(id:)``, ``ReviewError/unknownItem(id:)``, ``ReviewError/wrongState(id:state:)``, an error of the
  ///   database.
  public func heartbeat(_ id: String, by reviewer: Reviewer) throws -> Date {
    try write(reviewer.person) { ledger in
      let item = try own(id, of: reviewer, ledger.database)
      let until = try leaseEnd(item.task, &ledger)
      try ledger.update(ReviewTable.item, ["lease_until": until], where: ["number": item.number])
      try ledger.record("heartbeat", id)
      return Date(timeIntervalSince1970: Double(until))
    }
  }

  /// Puts an item back that a person has, without a vote: others may take it at once.
  ///
  /// - Parameters:
  ///   - id: The item's id.
  ///   - reviewer: The person.
  /// - Throws: ``ReviewError/notYours(id:)``, ``ReviewError/unknownItem(id:)``, ``ReviewError/wrongState(id:state:)``, an error of the
  ///   database.
  public func giveBack(_ id: String, by reviewer: Reviewer) throws {
    try write(reviewer.person) { ledger in
      let item = try own(id, of: reviewer, ledger.database)
      try ledger.update(ReviewTable.item, ["lease": nil, "lease_until": 0], where: ["number": item.number])
      try ledger.record("give-back", id)
    }
  }

  /// The item of an id that a person has: nobody else has taken it since.
  func own(_ id: String, of reviewer: Reviewer, _ database: Database) throws -> QueuedItem {
    let item = try visible(id, to: reviewer, database)
    guard item.isWaiting else { throw ReviewError.wrongState(id: id, state: item.state) }
    guard item.lease?.hasSameCodePoints(as: reviewer.person) == true else { throw ReviewError.notYours(id: id) }
    return item
  }

  /// The item of an id that a person may see; others do not learn whether there is one.
  func visible(_ id: String, to reviewer: Reviewer, _ database: Database) throws -> QueuedItem {
    guard let item = try QueuedItem.named(id, database), reviewer.maySee(item.task) else {
      throw ReviewError.unknownItem(id: id)
    }
    return item
  }

  /// Makes an item a person's, and shows it.
  func lease(
    _ item: QueuedItem, to reviewer: Reviewer, _ action: String, in ledger: inout Ledger
  ) throws -> QueueItem {
    let until = try leaseEnd(item.task, &ledger)
    try ledger.update(
      ReviewTable.item, ["lease": reviewer.person, "lease_until": until], where: ["number": item.number])
    try ledger.record(action, item.id)
    return try shown(item, to: reviewer, until: until, ledger.database)
  }

  private func leaseEnd(_ task: String, _ ledger: inout Ledger) throws -> Int {
    let queue = try Self.policy(task, ledger.database)?.policy.queue ?? QueuePolicy()
    return ledger.at.after(seconds: max(1, queue.leaseSeconds), times: 1)
  }

  /// An item as a person sees it. What is hidden of a coin row is hidden of every blind row.
  private func shown(
    _ item: QueuedItem, to reviewer: Reviewer, until: Int, _ database: Database
  ) throws -> QueueItem {
    let policy = try Self.policy(item.task, database)?.policy
    let content = try Row.fetchOne(
      try database.cachedStatement(sql: "SELECT text, meta FROM content WHERE item = ?"), arguments: [item.number])
    let meta = try content.map { row in
      let text: String = try row.value(1)
      return try JSONFile.decode([String: String].self, from: Data(text.utf8), path: "content of review.sqlite")
    }
    let votes =
      item.state == .adjudicate && reviewer.isLead
      ? try VoteStore(database: database).inForce(on: item.number).map { $0.vote(on: item.id) } : []
    return QueueItem(
      id: item.id, task: item.task.hasSameCodePoints(as: Self.unknownTask) ? nil : item.task,
      text: try content?.value(0) ?? "", meta: meta ?? [:], labels: policy?.labels ?? [],
      suggestion: item.isBlind ? nil : item.suggestion, probability: item.isBlind ? nil : item.probability,
      guideline: policy?.guideline, arrived: Date(timeIntervalSince1970: Double(item.arrived)),
      due: Date(timeIntervalSince1970: Double(item.due)), leasedUntil: Date(timeIntervalSince1970: Double(until)),
      votes: votes)
  }
}
