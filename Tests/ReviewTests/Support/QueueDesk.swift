import AuditedDatabase
import Files
import Foundation
import GRDB
import Synchronization
import Testing

@testable import Review

/// A desk with a file of its own and a clock that a test turns.
final class QueueDesk: Sendable {
  let folder: URL
  let desk: ReviewDesk
  let clock: TurnedClock

  static let ann = Reviewer("ann")
  static let bob = Reviewer("bob")
  static let cid = Reviewer("cid")
  static let lead = Reviewer("lea", isLead: true)

  init(_ policy: TaskPolicy = QueueDesk.policy()) throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("queue-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let clock = TurnedClock()
    self.clock = clock
    desk = try ReviewDesk.open(in: folder, clock: { clock.now })
    _ = try desk.setPolicy(policy, actor: "ann")
  }

  deinit {
    try? desk.close()
    try? FileManager.default.removeItem(at: folder)
  }

  /// A policy whose coin draws nothing, unless it is said.
  static func policy(
    _ task: String = "spam", people: Int = 1, share: Double = 0, double: Double = 0, webhooks: [URL] = []
  ) -> TaskPolicy {
    TaskPolicy(
      task: task, labels: SyntheticRows.labels,
      sides: [SidePolicy(label: "violation", action: "block", precision: 0.95, confidence: 0.95)],
      coin: CoinPolicy(share: share, double: double),
      limits: LimitPolicy(auditHours: 1000),
      queue: QueuePolicy(people: people), guideline: "g1", webhooks: webhooks)
  }

  /// Submits items, each with a suggestion of `violation`.
  func submit(_ ids: [String], task: String = "spam", probability: Double = 0.6, release: Int? = nil) throws {
    for id in ids {
      let opinion = ModelOpinion(
        task: task, version: SyntheticRows.bindings.expert, labels: SyntheticRows.labels,
        scores: [log(1 - probability), log(probability)], probabilities: [1 - probability, probability],
        release: release, router: SyntheticRows.bindings.router, base: SyntheticRows.bindings.base)
      _ = try desk.submit(IntakeItem(id: id, task: task, text: "text of \(id)"), opinion: opinion, actor: "shop")
    }
  }

  /// Makes an item what only chance or a certificate would make it.
  func make(_ id: String, _ columns: String) throws {
    try execute("UPDATE item SET \(columns) WHERE id = ?", [id])
  }

  private var now: @Sendable () -> Date {
    let clock = clock
    return { clock.now }
  }

  func execute(_ sql: String, _ arguments: StatementArguments = []) throws {
    try desk.database.write(clock: now, actor: "test") {
      try $0.database.execute(sql: sql, arguments: arguments)
    }
  }

  /// Looks at sides, or changes them as only a certificate would.
  func sides<Result>(_ body: (SideStore) throws -> Result) throws -> Result {
    try desk.database.write(clock: now, actor: "test") {
      try body(SideStore(database: $0.database, now: clock.now))
    }
  }

  /// The votes in force on the items of some numbers.
  func votes(on numbers: [Int]) throws -> [KeptVote] {
    try desk.database.read { database in
      try numbers.flatMap { try VoteStore(database: database).inForce(on: $0) }
    }
  }

  /// The rows that the loop finds.
  func finalRows() throws -> [FinalRow] {
    try desk.database.read { try FinalRowStore(database: $0, now: clock.now).rows(of: "spam", after: 0, upTo: .max) }
  }

  /// Makes an item one that a side has decided.
  func decideAutomatically(_ id: String, half: String? = nil) throws {
    let told = ReviewDecision(id: id, decision: .auto, label: "violation", action: "block", final: true)
    let json = String(decoding: try JSONFile.encode(told, pretty: false), as: UTF8.self)
    let columns =
      half.map { "half = '\($0)', blind = 1, state = 'queued'" } ?? "half = NULL, state = 'automatic'"
    try make(id, "side = 'violation', decision = '\(json)', \(columns)")
  }

  /// Takes an item, which has to be the one of an id, and labels it.
  @discardableResult
  func label(_ id: String, _ label: String, by reviewer: Reviewer, saw: Bool = false) throws -> ItemState {
    let item = try #require(try desk.take(reviewer))
    try #require(item.id == id)
    return try desk.vote(
      ReviewAnswer(.label(label), milliseconds: 900, sawSuggestion: saw), on: id, by: reviewer)
  }

  func state(_ id: String) throws -> ItemState? {
    try value("SELECT state FROM item WHERE id = ?", [id]).flatMap { ItemState(rawValue: $0) }
  }

  func value(_ sql: String, _ arguments: StatementArguments = []) throws -> String? {
    try desk.database.read { try String.fetchOne($0, sql: sql, arguments: arguments) }
  }

  func count(_ sql: String, _ arguments: StatementArguments = []) throws -> Int {
    try desk.database.read { try Int.fetchOne($0, sql: sql, arguments: arguments) } ?? 0
  }

  /// Later than anybody can take a vote back.
  func passUndo() { clock.turn(by: TimeInterval(ReviewDesk.undoSeconds)) }
}

/// A clock that stands still until it is turned.
final class TurnedClock: Sendable {
  private let time = Mutex(SyntheticRows.now)

  var now: Date { time.withLock { $0 } }

  func turn(by seconds: TimeInterval) { time.withLock { $0 += seconds } }
}
