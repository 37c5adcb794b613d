import AuditedDatabase
import Files
import Foundation
import GRDB

extension ReviewDesk {
  /// The most bytes of UTF-8 that an item's text has.
  public static let longestText = 64 << 10
  /// What stands for the task of an item that nobody knows.
  static let unknownTask = "auto"

  /// Takes an item and decides it, in one transaction with its audit entry.
  ///
  /// - Parameters:
  ///   - item: The item. One with an id that is there already and the same text has the old answer.
  ///   - opinion: What the model says of it.
  ///   - actor: Who submits it.
  /// - Returns: The decision, which is kept.
  /// - Throws: ``ReviewError/otherText(id:)``, ``ReviewError/queueFull(task:limit:)``, ``ReviewError/unknownTask(got:known:)``,
  ///   ``ReviewError/invalid(what:got:expected:)``, an error of the database: the item is not taken then.
  public func submit(_ item: IntakeItem, opinion: ModelOpinion, actor: String) throws -> ReviewDecision {
    try item.check()
    return try write(actor) { ledger in try submit(item, opinion, in: &ledger) }
  }

  /// What was decided of an item; `nil`: there is none of this id.
  ///
  /// - Parameter id: The item's id.
  /// - Throws: An error of the database.
  public func decision(of id: String) throws -> ReviewDecision? {
    try database.read { database in
      try String.fetchOne(database, sql: "SELECT decision FROM item WHERE id = ?", arguments: [id]).map(Self.decision)
    }
  }

  static func decision(_ text: String) throws -> ReviewDecision {
    try JSONFile.decode(ReviewDecision.self, from: Data(text.utf8), path: "decision of review.sqlite")
  }

  private func submit(
    _ item: IntakeItem, _ opinion: ModelOpinion, in ledger: inout Ledger
  ) throws -> ReviewDecision {
    let now = Date(timeIntervalSince1970: Double(ledger.at))
    let digest = Files.Digest(of: Data(item.text.utf8))
    let old = try Row.fetchOne(
      try ledger.database.cachedStatement(sql: "SELECT digest, decision FROM item WHERE id = ?"), arguments: [item.id])
    if let old {
      guard try old.digest(0) == digest else { throw ReviewError.otherText(id: item.id) }
      return try Self.decision(try old.value(1))
    }

    let task = item.task ?? (opinion.unknown ? nil : opinion.task) ?? Self.unknownTask
    let policy = try Self.policy(task, ledger.database)
    if policy == nil, item.task != nil {
      throw ReviewError.unknownTask(
        got: task, known: try String.fetchAll(ledger.database, sql: "SELECT DISTINCT task FROM policy ORDER BY task"))
    }
    let queue = policy?.policy.queue ?? QueuePolicy()
    let waiting = try Int.fetchOne(
      try ledger.database.cachedStatement(sql: "SELECT waiting FROM depth WHERE task = ?"), arguments: [task])
    let limit = min(queue.mostWaiting, QueuePolicy.mostItems)
    guard waiting ?? 0 < limit else { throw ReviewError.queueFull(task: task, limit: limit) }

    let key = try coinKey(&ledger, now)
    let store = SideStore(database: ledger.database, now: now)
    let checked = try policy.map { try store.check($0, hasCoinKey: key != nil, counts: false) }
    let sides = checked?.sides ?? []
    let claim = try policy == nil ? nil : store.decide(sides, opinion)
    let toss = key?.toss(digest, task: task, month: CoinKeys.month(now))
    let coin = policy?.policy.coin ?? CoinPolicy()
    let isWatched = sides.contains { $0.state.decides }
    let share = sides.coinShare(isWatched ? coin.share : coin.start)
    let isDrawn = policy != nil && toss.map { $0.value < share } == true
    // All rows of an amber side have two people, and a part of the coin's rows.
    let isAmber = (claim?.side.label ?? opinion.suggestion?.label).map { label in
      sides.contains { $0.state == .amber && $0.label.hasSameCodePoints(as: label) }
    }
    let isDouble = isAmber == true || (isDrawn && toss.map { $0.double < coin.double } == true)

    let decision = decision(of: item, opinion, claim, policy?.policy)
    let suggestion = opinion.suggestion
    // A row that nobody has to look at may wait as long as it likes.
    let isQueued = claim == nil || isDrawn
    let certainty = suggestion.map { abs($0.probability - 0.5) * 2 } ?? 1
    // Of those without a suggestion, all: were it the drawn ones alone, their order would tell which they are.
    let isBlind = isDrawn || toss?.isBlind != false
    let priority = (isBlind ? 300 : 0) + (opinion.unknown ? 200 : 0) + 100 * (1 - min(certainty, 1))
    let number = try Int.fetchOne(ledger.database, sql: "SELECT coalesce(max(number), 0) + 1 FROM item") ?? 1
    try ledger.insert(
      ReviewTable.item,
      [
        "number": number, "id": item.id, "digest": digest.bytes, "task": task, "policy": policy?.revision ?? 0,
        "state": isQueued ? "queued" : "automatic",
        "half": isDrawn ? toss.map { $0.calibrates ? "calibrate" : "monitor" } : nil,
        "blind": isBlind ? 1 : 0, "people": max(isDouble ? 2 : 1, min(queue.people, 2)),
        "drawn": policy == nil || key == nil ? 0 : share,
        "decision": String(decoding: try JSONFile.encode(decision, pretty: false), as: UTF8.self),
        "side": claim?.side.label, "suggestion": suggestion?.label, "probability": suggestion?.probability,
        "priority": priority, "arrived": ledger.at, "due": ledger.at.after(seconds: queue.hours, times: 3600),
        "late": 0, "lease": nil, "lease_until": 0, "label": nil, "settles": nil, "place": nil, "final_at": nil,
        "removed": nil,
      ])
    try ledger.insert(
      ReviewTable.opinion,
      ["item": number, "body": String(decoding: try JSONFile.encode(opinion, pretty: false), as: UTF8.self)])
    let retention = policy?.policy.retention ?? RetentionPolicy()
    try ledger.database.cachedStatement(
      sql: "INSERT INTO content(item, text, source, created, meta, expires) VALUES(?, ?, ?, ?, ?, ?)"
    ).execute(arguments: [
      number, item.text, item.source, item.created.map { Int(saturating: $0.timeIntervalSince1970) },
      String(decoding: try JSONFile.encode(item.meta, pretty: false), as: UTF8.self),
      ledger.at.after(days: isQueued ? retention.labelledDays : retention.automaticDays),
    ])
    try ledger.record("intake", item.id, ["sides": try Self.tree(checked?.changes ?? [])])
    return decision
  }

  private func decision(
    of item: IntakeItem, _ opinion: ModelOpinion, _ claim: (side: Side, probability: Double)?, _ policy: TaskPolicy?
  ) -> ReviewDecision {
    let routing =
      item.task == nil
      ? opinion.task.map {
        ReviewDecision.Routing(
          task: $0, distance: opinion.distance, release: opinion.release, router: opinion.router)
      } : nil
    guard let claim else {
      return ReviewDecision(
        id: item.id, decision: .human, probability: opinion.suggestion?.probability, model: opinion.versionName,
        routing: routing, final: false)
    }
    return ReviewDecision(
      id: item.id, decision: .auto, label: claim.side.label, action: policy?.side(claim.side.label)?.action,
      probability: claim.probability, tau: claim.side.certificate?.certificate.tau,
      certificate: claim.side.certificate?.digest, model: opinion.versionName, routing: routing, final: true)
  }
}

extension Int {
  /// Seconds since 1970 some units later; the latest there is where that is out of range.
  func after(seconds count: Int, times unit: Int) -> Int {
    let (seconds, overflow) = Swift.max(0, count).multipliedReportingOverflow(by: unit)
    let (sum, beyond) = addingReportingOverflow(overflow ? .max : seconds)
    return beyond ? .max : sum
  }
}
