import AuditedDatabase
import Files
import Foundation
import GRDB

extension ReviewDesk {
  /// Makes the labels final that nobody can take back any more; a timer calls it, as each take and each vote does so for a few.
  ///
  /// - Returns: How many became final.
  /// - Throws: An error of the database.
  @discardableResult
  public func settle() throws -> Int {
    var sum = 0
    while true {
      let (seen, final) = try write("review") { try settle(&$0) }
      sum += final
      if seen < Self.batch { return sum }
    }
  }

  /// Settles some: a final label has its place, sides count it, its sender is told.
  /// - Returns: How many were looked at, and how many of them became final.
  @discardableResult
  func settle(_ ledger: inout Ledger) throws -> (seen: Int, final: Int) {
    let numbers = try Int.fetchAll(
      try ledger.database.cachedStatement(sql: QueueStore.settled), arguments: [ledger.at, Self.batch])
    guard !numbers.isEmpty else { return (0, 0) }
    var (tasks, final): (Set<ExactText>, Int) = ([], 0)
    for number in numbers {
      guard let item = try QueuedItem.numbered(number, ledger.database) else { continue }
      if item.isBlindDouble, item.state != .withdrawn { try keepDouble(of: item, in: &ledger) }
      if item.state == .decided, let label = item.label {
        try finish(item, label, in: &ledger)
        final += 1
      } else {
        try ledger.update(ReviewTable.item, ["settles": nil], where: ["number": number])
        try ledger.record("double", item.id)
      }
      tasks.insert(ExactText(item.task))
    }
    // Sides look at what is final by now, with their own audit entries after those of the labels.
    let now = Date(timeIntervalSince1970: Double(ledger.at))
    let hasCoinKey = try coinKey(&ledger, now) != nil
    for task in tasks.sorted() {
      guard let policy = try Self.policy(task.text, ledger.database) else { continue }
      _ = try AuditedSides(ledger: ledger).check(policy, hasCoinKey: hasCoinKey, counts: true)
    }
    return (numbers.count, final)
  }

  private func finish(_ item: QueuedItem, _ label: String, in ledger: inout Ledger) throws {
    let place = try nextPlace(ledger.database)
    let policy = try Self.policy(item.task, ledger.database)?.policy
    let told = try Self.decision(item.decision)
    // Of a row that people only confirm nobody is told: it would say that the coin drew it.
    let news = told.label?.hasSameCodePoints(as: label) == true ? nil : told.final(label, policy)
    var values: [String: (any DatabaseValueConvertible)?] = [
      "state": ItemState.final.rawValue, "place": place, "final_at": ledger.at, "settles": nil,
    ]
    if let news { values["decision"] = String(decoding: try JSONFile.encode(news, pretty: false), as: UTF8.self) }
    try ledger.update(ReviewTable.item, values, where: ["number": item.number])
    if let news { try announce(news, of: item.number, to: policy?.webhooks ?? [], in: &ledger) }
    try ledger.record("final", item.id, ["place": .integer(place)])
  }

  /// The place after all that any label ever had: that of a row about which people are asked again is free, but sides and the loop have
  /// counted up to it.
  private func nextPlace(_ database: Database) throws -> Int {
    // All of it: a statement that writes has to come to its end.
    let places = try Int.fetchAll(
      try database.cachedStatement(
        sql: """
          INSERT INTO tally(task, day, name, count) VALUES('*', 0, 'place', (SELECT ifnull(max(place), 0) + 1 FROM item))
          ON CONFLICT(task, day, name) DO UPDATE SET count = max(count, (SELECT ifnull(max(place), 0) FROM item)) + 1
          RETURNING count
          """))
    guard let place = places.first else { throw StoredValueError(reason: "no place for a label") }
    return place
  }

  /// Puts what the sender of an item is told into the outbox, with the label: in the same transaction, so that neither is without the other.
  private func announce(
    _ decision: ReviewDecision, of item: Int, to webhooks: [URL], in ledger: inout Ledger
  ) throws {
    guard !webhooks.isEmpty else { return }
    let body = String(decoding: try CanonicalJSON.encode(decision), as: UTF8.self)
    var last = try Int.fetchOne(try ledger.database.cachedStatement(sql: "SELECT max(number) FROM webhook")) ?? 0
    for webhook in webhooks {
      let (number, overflow) = last.addingReportingOverflow(1)
      guard !overflow else { throw StoredValueError(reason: "the number of a message is too large") }
      last = number
      try ledger.insert(
        ReviewTable.webhook,
        [
          "number": number, "item": item, "url": webhook.absoluteString, "body": body, "state": "waiting",
          "made": ledger.at, "due": ledger.at, "attempts": 0, "problem": nil,
        ])
    }
  }

  /// Keeps what two people said of a row without any other opinion: once a row, by the first two labels in force.
  private func keepDouble(of item: QueuedItem, in ledger: inout Ledger) throws {
    let votes = try VoteStore(database: ledger.database).inForce(on: item.number)
      .filter { $0.kind == .label && !$0.sawSuggestion }
    guard votes.count >= 2, let first = votes[0].label, let second = votes[1].label else { return }
    let isKept = try Bool.fetchOne(
      try ledger.database.cachedStatement(sql: "SELECT 1 FROM double WHERE item = ?"), arguments: [item.number])
    guard isKept == nil else { return }
    try ledger.insert(
      ReviewTable.double,
      ["item": item.number, "task": item.task, "first": first, "second": second, "at": ledger.at])
  }
}

extension ReviewDecision {
  /// The decision once people have given another label than was told, or the first one.
  fileprivate func final(_ label: String, _ policy: TaskPolicy?) -> ReviewDecision {
    ReviewDecision(
      id: id, decision: .human, label: label, action: policy?.side(label)?.action, probability: probability,
      model: model, routing: routing, final: true)
  }
}
