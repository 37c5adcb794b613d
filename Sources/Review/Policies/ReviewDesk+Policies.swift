import AuditedDatabase
import Files
import Foundation
import GRDB

extension ReviewDesk {
  /// Keeps a policy, which holds from now on. Sides that were active under the one before stop, and the coin's key is made where no month
  /// ever had one.
  ///
  /// - Parameters:
  ///   - policy: The policy.
  ///   - actor: Who sets it.
  /// - Returns: Its revision; that of the policy in force where it is the same.
  /// - Throws: ``ReviewError/invalid(what:got:expected:)``, an error of the database, `FileError`.
  public func setPolicy(_ policy: TaskPolicy, actor: String) throws -> Int {
    // Nobody shall count on what is not done: texts would be kept with all that is in them.
    guard policy.redact.isEmpty else {
      throw ReviewError.invalid(
        what: "redact of task \(policy.task.printable)", got: policy.redact.map(\.name).joined(separator: ", "),
        expected: "nothing: texts are not redacted yet. Remove from them what may not be kept before you submit them")
    }
    let body = try CanonicalJSON.encode(policy)
    return try write(actor) { ledger in
      let before = try Self.policy(policy.task, ledger.database)
      // By their bytes: Swift takes labels for equal that are written with other code points.
      if let before, try CanonicalJSON.encode(before.policy) == body { return before.revision }
      let (revision, overflow) = (before?.revision ?? 0).addingReportingOverflow(1)
      guard !overflow else { throw StoredValueError(reason: "a revision is too large") }
      try ledger.insert(
        ReviewTable.policy,
        [
          "task": policy.task, "revision": revision, "actor": actor, "at": ledger.at,
          "body": String(decoding: body, as: UTF8.self),
        ])
      let now = Date(timeIntervalSince1970: Double(ledger.at))
      let kept = KeptPolicy(revision: revision, policy: policy, actor: actor, at: now)
      if try Int.fetchOne(ledger.database, sql: "SELECT count(*) FROM coin") == 0 {
        let month = CoinKeys.month(now)
        try ledger.insert(ReviewTable.coin, ["month": month, "key": try coins.make(month).digest.bytes])
      }
      let hasKey = try coinKey(&ledger, now) != nil
      let changes = try SideStore(database: ledger.database, now: now)
        .check(kept, hasCoinKey: hasKey, counts: false).changes
      try ledger.record(
        "policy", policy.task, ["revision": .integer(revision), "sides": try Self.tree(changes)])
      return revision
    }
  }

  /// The policy of a task; `nil`: it has none.
  ///
  /// - Parameter task: The task.
  /// - Throws: An error of the database.
  public func policy(_ task: String) throws -> KeptPolicy? { try database.read { try Self.policy(task, $0) } }

  /// All policies that hold, by task.
  /// - Throws: An error of the database.
  public func policies() throws -> [KeptPolicy] {
    try database.read { database in
      try Row.fetchAll(
        database,
        sql:
          "SELECT task, revision, body, actor, at FROM policy p WHERE revision = (SELECT max(revision) FROM policy WHERE task = p.task) ORDER BY task"
      ).map(Self.kept)
    }
  }

  /// All policies that a task ever had, the newest first.
  ///
  /// - Parameter task: The task.
  /// - Throws: An error of the database.
  public func policyHistory(_ task: String) throws -> [KeptPolicy] {
    try database.read { database in
      try Row.fetchAll(
        database,
        sql: "SELECT task, revision, body, actor, at FROM policy WHERE task = ? ORDER BY revision DESC",
        arguments: [task]
      ).map(Self.kept)
    }
  }

  static func policy(_ task: String, _ database: Database) throws -> KeptPolicy? {
    try Row.fetchOne(
      try database.cachedStatement(
        sql: "SELECT task, revision, body, actor, at FROM policy WHERE task = ? ORDER BY revision DESC LIMIT 1"),
      arguments: [task]
    ).map(kept)
  }

  private static func kept(_ row: Row) throws -> KeptPolicy {
    let body: String = try row.value(2)
    return KeptPolicy(
      revision: try row.value(1),
      policy: try JSONFile.decode(TaskPolicy.self, from: Data(body.utf8), path: "policy of review.sqlite"),
      actor: try row.value(3), at: try row.date(4))
  }

  /// A value for the audit.
  static func tree(_ value: some Encodable) throws -> JSONTree {
    try JSONTree(parsing: try JSONFile.encode(value, pretty: false), path: "an audit entry")
  }

  /// The coin's key of the month; `nil`: it is missing, or another one than the month began with. A new month makes a new one, as long as the
  /// key of the last month is there: whoever removes the keys stops the sides.
  func coinKey(_ ledger: inout Ledger, _ now: Date) throws -> CoinKey? {
    let month = CoinKeys.month(now)
    guard
      let row = try Row.fetchOne(
        try ledger.database.cachedStatement(sql: "SELECT month, key FROM coin ORDER BY month DESC LIMIT 1"))
    else { return nil }
    let last: String = try row.value(0)
    guard let key = coins.key(last), key.digest == (try row.digest(1)) else { return nil }
    guard last < month else { return key }
    let next = try coins.make(month)
    try ledger.insert(ReviewTable.coin, ["month": month, "key": next.digest.bytes])
    try ledger.record("coin", month)
    return next
  }
}
