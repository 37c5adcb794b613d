import AuditedDatabase
public import Files
import Foundation
import GRDB

extension ReviewDesk {
  /// How sides stand now: one that would stop at the next decision is shown as stopped, also where nobody asks for one.
  ///
  /// - Parameter task: The task; `nil`: all that have a policy.
  /// - Returns: By task, in the order of their policies.
  /// - Throws: ``ReviewError/unknownTask(got:known:)``, an error of the database.
  public func sides(of task: String? = nil) throws -> [SideStatus] {
    let now = clock()
    return try database.read { database in
      let store = SideStore(database: database, now: now)
      let hasKey = try hasCoinKey(database, now)
      return try Self.policies(task, database).flatMap { kept in
        let conditions = try store.conditions(kept, hasCoinKey: hasKey)
        let stored = try store.stored(task: kept.policy.task)
        let listed = try store.sides(of: kept.policy, among: stored).map { side in
          var side = side
          _ = side.check(conditions)
          return side
        }
        let others = stored.filter { kept.policy.side($0.label) == nil }.map { side in
          var side = side
          _ = side.stop(.policyChanged, at: now)
          return side
        }
        return (listed + others).map { SideStatus($0, at: now) }
      }
    }
  }

  /// Takes all sides to the states that their conditions demand, and counts the monitor rows whose labels became final: for a timer, so that a
  /// side stops on time where no item comes.
  ///
  /// - Parameter actor: Who asks.
  /// - Returns: How they changed.
  /// - Throws: An error of the database.
  @discardableResult
  public func checkSides(actor: String) throws -> [SideChange] {
    try write(actor) { ledger in
      let hasKey = try coinKey(&ledger, ledger.date) != nil
      return try Self.policies(nil, ledger.database).flatMap {
        try AuditedSides(ledger: ledger).check($0, hasCoinKey: hasKey, counts: true).changes
      }
    }
  }

  /// Lets a side decide by a certificate, or go on by a new one. The certificate is computed again from its rows first.
  ///
  /// - Parameters:
  ///   - certificate: The certificate.
  ///   - approvals: Who agrees: after an alarm a lead, after the stop switch two people.
  ///   - actor: Who does it.
  /// - Returns: How the side stands then.
  /// - Throws: ``CertificationError``, ``SideError``, ``ReviewError/unknownTask(got:known:)``, an error of the database.
  public func activate(_ certificate: Digest, approvals: [SideApproval] = [], actor: String) throws -> SideStatus {
    try write(actor) { ledger in
      let now = ledger.date
      let named = try CertificationStore(database: ledger.database, now: now).certificate(certificate)
      let task = named.certificate.task
      let policy = try Self.requiredPolicy(task, ledger.database)
      let hasKey = try coinKey(&ledger, now) != nil
      try AuditedSides(ledger: ledger).activate(certificate, policy, approvals: approvals, hasCoinKey: hasKey)
      let side = try SideStore(database: ledger.database, now: now).sides(of: policy.policy).first {
        $0.label.hasSameCodePoints(as: named.certificate.side)
      }
      guard let side else { throw StoredValueError(reason: "a side that has begun to decide is not there") }
      return SideStatus(side, at: now)
    }
  }

  /// Raises or lowers a condition under which sides stop; the next decision sees it. A side that the stop switch has stopped needs two people
  /// after that is lowered.
  ///
  /// - Parameters:
  ///   - flag: The condition.
  ///   - isRaised: Whether it holds.
  ///   - task: The task; `nil`: all tasks.
  ///   - reason: Why, in words that name no text of an item.
  ///   - actor: Who does it.
  /// - Throws: ``ReviewError``, an error of the database.
  public func set(_ flag: SideFlag, _ isRaised: Bool, task: String? = nil, reason: String?, actor: String) throws {
    guard (reason?.utf8.count ?? 0) <= Self.longestReason else {
      throw ReviewError.invalid(
        what: "reason", got: "\(reason?.utf8.count ?? 0) bytes", expected: "at most \(Self.longestReason) bytes")
    }
    try write(actor) { ledger in
      let policies = try Self.policies(task, ledger.database)
      let hasKey = try coinKey(&ledger, ledger.date) != nil
      try AuditedSides(ledger: ledger).set(
        flag, isRaised, task: task ?? SideFlag.allTasks, reason: reason, policies: policies, hasCoinKey: hasKey)
    }
  }

  /// The most bytes of UTF-8 that a reason has.
  static let longestReason = 1 << 10

  /// Stops all sides of a task because its release is being changed. They decide again by ``serve(_:certificates:actor:)``, or by a new
  /// certificate.
  ///
  /// - Parameters:
  ///   - task: The task.
  ///   - actor: Who does it.
  /// - Throws: An error of the database.
  public func suspendSides(of task: String, actor: String) throws {
    try write(actor) { try AuditedSides(ledger: $0).suspend(task) }
  }

  /// The policy of one task or of all.
  static func policies(_ task: String?, _ database: Database) throws -> [KeptPolicy] {
    if let task { return [try requiredPolicy(task, database)] }
    return try String.fetchAll(database, sql: "SELECT DISTINCT task FROM policy ORDER BY task").compactMap {
      try policy($0, database)
    }
  }

  /// The policy of a task that has to have one.
  static func requiredPolicy(_ task: String, _ database: Database) throws -> KeptPolicy {
    if let policy = try policy(task, database) { return policy }
    throw ReviewError.unknownTask(
      got: task, known: try String.fetchAll(database, sql: "SELECT DISTINCT task FROM policy ORDER BY task"))
  }

  /// Whether the coin's key is there; unlike ``coinKey(_:_:)`` it begins no month.
  private func hasCoinKey(_ database: Database, _ now: Date) throws -> Bool {
    let row = try Row.fetchOne(
      try database.cachedStatement(sql: "SELECT month, key FROM coin ORDER BY month DESC LIMIT 1"))
    guard let row else { return false }
    return try coins.key(row.value(0))?.digest == row.digest(1)
  }
}

extension Ledger {
  /// When it writes.
  var date: Date { Date(timeIntervalSince1970: Double(at)) }
}
