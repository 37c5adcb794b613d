import Files
import Foundation
import GRDB

extension SideStore {
  /// For how many days the agreement of people is looked back at.
  static let agreementDays = 30

  /// What the sides of a task depend on now: a few look-ups in indices, before every decision.
  ///
  /// - Parameters:
  ///   - policy: The task's policy, with its revision.
  ///   - hasCoinKey: Whether the coin's key is there.
  func conditions(_ policy: KeptPolicy, hasCoinKey: Bool) throws -> SideConditions {
    let task = policy.policy.task
    let flags = try flags(task)
    return SideConditions(
      now: now, latest: try latest(), served: try served(task), policy: policy.revision,
      oldestCoinRow: try oldestCoinRow(task), coinWait: Double(policy.policy.limits.auditHours) * 3600,
      agreement: try agreement(task), agreementFloor: policy.policy.limits.agreementFloor,
      hasNovelty: flags.contains("novelty"), hasLabelShift: flags.contains("label-shift"), hasCoinKey: hasCoinKey,
      isStoppedByHand: flags.contains("stop"))
  }

  /// The latest time that was ever seen; now where none was.
  func latest() throws -> Date {
    let seconds = try Int.fetchOne(try database.cachedStatement(sql: "SELECT latest FROM clock"))
    return seconds.map { Date(timeIntervalSince1970: Double($0)) } ?? now
  }

  /// What is served for a task; `nil` where nothing is.
  func served(_ task: String) throws -> CertificateBindings? {
    let text = try String.fetchOne(
      try database.cachedStatement(sql: "SELECT bindings FROM served WHERE task = ?"), arguments: [task])
    guard let text, !text.isEmpty else { return nil }
    return try JSONFile.decode(
      CertificateBindings.self, from: Data(text.utf8), path: "what review.sqlite says is served")
  }

  /// The flags that are raised, for the task or for all tasks (`*`).
  func flags(_ task: String) throws -> Set<String> {
    Set(
      try String.fetchAll(
        try database.cachedStatement(sql: "SELECT name FROM flag WHERE task IN (?, '*') AND raised = 1"),
        arguments: [task]))
  }

  /// SQLite would walk through all items of the task instead, until it met one that waits.
  private func oldestCoinRow(_ task: String) throws -> Date? {
    let seconds = try Int.fetchOne(
      try database.cachedStatement(
        sql: """
          SELECT arrived FROM item INDEXED BY item_coin
          WHERE task = ? AND half IS NOT NULL AND state IN ('queued', 'second', 'adjudicate') ORDER BY arrived LIMIT 1
          """), arguments: [task])
    return seconds.map { Date(timeIntervalSince1970: Double($0)) }
  }

  /// How far people agree, by the rows that two of them labelled without any other opinion.
  func agreement(_ task: String) throws -> LabelerAgreement {
    let since = Int(saturating: now.timeIntervalSince1970 - Double(Self.agreementDays) * 86_400)
    let row = try Row.fetchOne(
      try database.cachedStatement(
        sql: "SELECT count(*), total(first = second) FROM double WHERE task = ? AND at >= ?"),
      arguments: [task, since])
    guard let row else { return LabelerAgreement(n: 0, same: 0) }
    return LabelerAgreement(
      n: try row.decode(Int.self, atIndex: 0), same: Int(saturating: try row.decode(Double.self, atIndex: 1)))
  }
}
