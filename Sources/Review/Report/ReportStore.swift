import Files
import Foundation
import GRDB

/// What reports need of `review.sqlite`, inside of a transaction.
struct ReportStore {
  let database: Database

  /// The rows of some weeks of a task.
  ///
  /// - Parameters:
  ///   - policy: The task's policy.
  ///   - weeks: How many weeks, the running one among them.
  ///   - now: When it is.
  func rows(_ policy: TaskPolicy, weeks: Int, now: Date) throws -> [StrippingRow] {
    let newest = StrippingTally.week(of: now)
    let certificates = CertificationStore(database: database, now: now)
    return try (0..<max(0, weeks)).flatMap { back in
      let week = newest.addingTimeInterval(-Double(back) * 7 * 86_400)
      let end = week.addingTimeInterval(7 * 86_400)
      var latest: [String: NamedCertificate] = [:]
      for side in policy.sides {
        latest[side.label] = try lastCertificate(policy.task, side.label, before: end, certificates)
      }
      let tally = try tally(policy, week, end, latest)
      let precisions = Dictionary(
        policy.sides.map { ($0.label, $0.precision) }, uniquingKeysWith: { first, _ in first })
      return tally.rows(certificates: latest, precisions: precisions)
    }
  }

  private func tally(
    _ policy: TaskPolicy, _ week: Date, _ end: Date, _ certificates: [String: NamedCertificate]
  ) throws -> StrippingTally {
    let changes = try stateChanges(policy, before: end)
    var tally = StrippingTally(task: policy.task, week: week, sides: policy.sides.map(\.label))
    let items = try Row.fetchCursor(
      database,
      sql: """
        SELECT i.side, i.half, i.label, i.arrived, o.body FROM item i LEFT JOIN opinion o ON o.item = i.number AND i.half IS NOT NULL
        WHERE i.task = ? AND i.arrived >= ? AND i.arrived < ? ORDER BY i.arrived, i.number
        """, arguments: [policy.task, seconds(week), seconds(end)])
    while let row = try items.next() {
      let half = try row.decode(String?.self, atIndex: 1)
      let arrived = try row.decode(Int.self, atIndex: 3)
      tally.count(
        StrippingTally.Item(
          decidedAs: try row.decode(String?.self, atIndex: 0),
          coin: half.map { $0 == "monitor" ? .coinMonitor : .coinCalibrate },
          label: try row.decode(String?.self, atIndex: 2),
          states: Dictionary(
            policy.sides.map { ($0.label, changes.state(of: $0.label, at: arrived)) },
            uniquingKeysWith: { first, _ in first }),
          scores: try scores(row, policy, certificates)))
    }
    return tally
  }

  /// The probability of each side's label for a coin row; none for one that the model has no opinion of.
  private func scores(
    _ row: Row, _ policy: TaskPolicy, _ certificates: [String: NamedCertificate]
  ) throws -> [String: Double] {
    guard let body = try row.decode(String?.self, atIndex: 4) else { return [:] }
    let opinion = try JSONFile.decode(ModelOpinion.self, from: Data(body.utf8), path: "opinion of review.sqlite")
    guard opinion.problem == nil, !opinion.unknown else { return [:] }
    var scores: [String: Double] = [:]
    for side in policy.sides {
      if let certificate = certificates[side.label]?.certificate {
        scores[side.label] = certificate.probability(opinion.scores(for: certificate.labels))
      } else if let index = opinion.labels.firstIndex(where: { $0.hasSameCodePoints(as: side.label) }),
        opinion.probabilities.indices.contains(index)
      {
        scores[side.label] = opinion.probabilities[index]
      }
    }
    return scores.filter { $0.value > 0.5 }
  }

  private func lastCertificate(
    _ task: String, _ label: String, before end: Date, _ store: CertificationStore
  ) throws -> NamedCertificate? {
    let name = try Data.fetchOne(
      try database.cachedStatement(
        sql: "SELECT digest FROM certificate WHERE task = ? AND label = ? AND at < ? ORDER BY at DESC, digest LIMIT 1"),
      arguments: [task, label, seconds(end)])
    return try name.flatMap { Digest(bytes: $0) }.map { try store.certificate($0) }
  }

  /// The changes of a task's sides, from the audit.
  private func stateChanges(_ policy: TaskPolicy, before end: Date) throws -> StateChanges {
    var changes = StateChanges()
    for side in policy.sides {
      let rows = try Row.fetchAll(
        try database.cachedStatement(
          sql: "SELECT at, detail FROM audit WHERE action = ? AND subject = ? AND at < ? ORDER BY seq"),
        arguments: [SideChange.action, SideChange.subject(policy.task, side.label), seconds(end)])
      for row in rows {
        let detail = Data(try row.decode(String.self, atIndex: 1).utf8)
        let tree = try JSONTree(parsing: detail, path: "audit of review.sqlite")
        guard let state = tree["to"]?.string.flatMap(SideState.init(rawValue:)) else { continue }
        changes.add(state, of: side.label, at: try row.decode(Int.self, atIndex: 0))
      }
    }
    return changes
  }

  private func seconds(_ date: Date) -> Int { Int(saturating: date.timeIntervalSince1970) }
}

/// Which state a side was in when.
struct StateChanges {
  private var changes: [ExactText: [(at: Int, state: SideState)]] = [:]

  /// Adds a change; later ones come after earlier ones.
  mutating func add(_ state: SideState, of label: String, at seconds: Int) {
    changes[ExactText(label), default: []].append((seconds, state))
  }

  /// The state at a time, seconds since 1970.
  func state(of label: String, at seconds: Int) -> SideState {
    changes[ExactText(label)]?.last { $0.at <= seconds }?.state ?? .inactive
  }
}
