import AuditedDatabase
import Files
import Foundation

/// What changes sides and certificates, each with its audit entry: what ``ReviewDesk`` does inside of one transaction.
struct AuditedSides {
  /// The transaction.
  let ledger: Ledger

  var now: Date { Date(timeIntervalSince1970: Double(ledger.at)) }
  var sides: SideStore { SideStore(database: ledger.database, now: now) }
  var certificates: CertificationStore { CertificationStore(database: ledger.database, now: now) }

  /// Takes a task's sides to the states that its conditions demand: before every decision, where a label became final, and by a timer.
  ///
  /// - Parameters:
  ///   - policy: The task's policy, with its revision.
  ///   - hasCoinKey: Whether the coin's key is there.
  ///   - counts: Whether monitor rows that became final are counted, too.
  /// - Returns: The sides as they are now, and how they changed.
  func check(_ policy: KeptPolicy, hasCoinKey: Bool, counts: Bool) throws -> (sides: [Side], changes: [SideChange]) {
    let result = try sides.check(policy, hasCoinKey: hasCoinKey, counts: counts)
    try record(result.changes)
    return result
  }

  /// Keeps what came of a certification.
  ///
  /// - Parameters:
  ///   - outcome: What came of it.
  ///   - request: What it was asked.
  /// - Returns: The certificate's name; `nil` without one.
  /// - Throws: ``CertificationError/looked(task:label:)`` where somebody else has looked at the rows in the meantime.
  func keep(_ outcome: CertificationOutcome, of request: CertificationRequest) throws -> Digest? {
    let (task, label) = (request.task, request.side)
    let name = try certificates.keep(outcome, task: task, label: label, expected: request.looks)
    var facts: [String: JSONTree] = ["rows": .integer(outcome.rows.certifying.count), "look": .boolean(outcome.isLook)]
    if let name { facts["certificate"] = .text(name.description) }
    if let refusal = outcome.refusal { facts["refused"] = .text(refusal.reason.rawValue) }
    try record("certify", SideChange.subject(task, label), facts)
    return name
  }

  /// Lets a side decide by a certificate, which is computed again from its rows first.
  ///
  /// - Parameters:
  ///   - name: The certificate.
  ///   - policy: The task's policy, with its revision.
  ///   - approvals: Who agrees.
  ///   - hasCoinKey: Whether the coin's key is there.
  /// - Throws: ``CertificationError``, ``SideError``.
  func activate(_ name: Digest, _ policy: KeptPolicy, approvals: [SideApproval], hasCoinKey: Bool) throws {
    let named = try certificates.certificate(name)
    guard try !certificates.isRevoked(name) else {
      throw CertificationError.revoked(task: named.certificate.task, label: named.certificate.side)
    }
    try named.certificate.verify(blob: certificates.evidence)
    try record(try sides.activate(by: named, policy, approvals: approvals, hasCoinKey: hasCoinKey))
    try record(
      "activate", SideChange.subject(policy.policy.task, named.certificate.side),
      ["certificate": .text(name.description), "approved": .list(approvals.map { .text($0.person) })])
  }

  /// Raises or lowers a flag; the sides of the policies are checked at once.
  ///
  /// - Parameters:
  ///   - flag: The flag.
  ///   - isRaised: Whether it is raised.
  ///   - task: The task, or ``SideFlag/allTasks``.
  ///   - reason: Why, in words that name no text of an item.
  ///   - policies: The policies of the tasks that it is about.
  ///   - hasCoinKey: Whether the coin's key is there.
  func set(
    _ flag: SideFlag, _ isRaised: Bool, task: String, reason: String?, policies: [KeptPolicy], hasCoinKey: Bool
  ) throws {
    try sides.set(flag, isRaised, task: task, reason: reason, actor: ledger.actor)
    try record("flag", task, ["flag": .text(flag.rawValue), "raised": .boolean(isRaised)])
    for policy in policies { _ = try check(policy, hasCoinKey: hasCoinKey, counts: false) }
  }

  /// Says which models are served for a task; sides of other ones stop at once.
  ///
  /// - Parameters:
  ///   - bindings: The models; `nil` where the task is no longer served.
  ///   - policy: The task's policy, with its revision.
  ///   - hasCoinKey: Whether the coin's key is there.
  func serve(_ bindings: CertificateBindings?, _ policy: KeptPolicy, hasCoinKey: Bool) throws {
    try sides.serve(bindings, task: policy.policy.task)
    try record("serve", policy.policy.task, ["expert": bindings.map { .text($0.expert.description) } ?? .null])
    _ = try check(policy, hasCoinKey: hasCoinKey, counts: false)
  }

  /// Writes an entry; the chain goes on from the last one in the file.
  func record(_ action: String, _ subject: String, _ facts: [String: JSONTree]) throws {
    var ledger = ledger
    try ledger.record(action, subject, facts)
  }

  func record(_ changes: [SideChange]) throws {
    for change in changes {
      try record(SideChange.action, SideChange.subject(change.task, change.label), change.detail)
    }
  }
}
