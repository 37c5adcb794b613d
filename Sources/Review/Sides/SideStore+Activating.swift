import Files
import Foundation
import GRDB

/// What people, and what watches the stream, say of a task's sides.
public enum SideFlag: String, Sendable, Codable, CaseIterable {
  /// A person has stopped them.
  case stop
  /// Something new has come into the stream.
  case novelty
  /// Labels are no longer as frequent as certificates say.
  case labelShift = "label-shift"

  /// The task that stands for all tasks.
  public static let allTasks = "*"
}

extension SideStore {
  /// Lets a side decide by a certificate, or go on by a new one.
  ///
  /// - Parameters:
  ///   - named: The certificate.
  ///   - policy: The task's policy, with its revision.
  ///   - approvals: Who agrees.
  ///   - hasCoinKey: Whether the coin's key is there.
  /// - Returns: How its state changed, in order.
  /// - Throws: ``CertificationError``, ``SideError``.
  func activate(
    by named: NamedCertificate, _ policy: KeptPolicy, approvals: [SideApproval], hasCoinKey: Bool
  ) throws -> [SideChange] {
    let label = named.certificate.side
    guard var side = try sides(of: policy.policy).first(where: { $0.label.hasSameCodePoints(as: label) }) else {
      throw CertificationError.invalid(
        what: "side of \(policy.policy.task)", got: label, expected: policy.policy.sides.map(\.label).listed,
        fix: "Certify one of the sides of the task's policy.")
    }
    try requireTarget(named.certificate, policy.policy)
    // What became final until now is of the certificate before.
    var changes = try observe(&side)
    let conditions = try conditions(policy, hasCoinKey: hasCoinKey)
    if let change = side.check(conditions) { changes.append(change) }
    changes += try side.activate(by: named, conditions, approvals: approvals)
    try save(side)
    return changes
  }

  /// Requires that a certificate promises what the policy asks for, under the labels that it has.
  private func requireTarget(_ certificate: Certificate, _ policy: TaskPolicy) throws {
    guard certificate.keepsTarget(of: policy) else {
      throw CertificationError.invalid(
        what: "certificate of side \(certificate.side) of \(certificate.task)",
        got: "at most \(certificate.alpha) wrong with δ = \(certificate.delta), labels \(certificate.labels.listed)",
        expected: "what the policy asks for", fix: "Certify the side under the policy that holds now.")
    }
  }

  /// Raises or lowers a flag; the next decision sees it.
  ///
  /// - Parameters:
  ///   - flag: The flag.
  ///   - isRaised: Whether it is raised.
  ///   - task: The task, or ``SideFlag/allTasks``.
  ///   - reason: Why, in words that name no text of an item.
  ///   - actor: Who does it.
  func set(_ flag: SideFlag, _ isRaised: Bool, task: String, reason: String?, actor: String) throws {
    try database.cachedStatement(
      sql: """
        INSERT INTO flag(task, name, raised, reason, actor, at) VALUES(?, ?, ?, ?, ?, ?)
        ON CONFLICT(task, name) DO UPDATE SET raised = excluded.raised, reason = excluded.reason, actor = excluded.actor, at = excluded.at
        """
    ).execute(
      arguments: [task, flag.rawValue, isRaised, reason, actor, Int(saturating: now.timeIntervalSince1970)])
  }

  /// Says which models are served for a task; sides of other ones stop at the next decision.
  ///
  /// - Parameters:
  ///   - bindings: The models; `nil` where the task is no longer served.
  ///   - task: The task.
  func serve(_ bindings: CertificateBindings?, task: String) throws {
    let text = try bindings.map { String(decoding: try JSONFile.encode($0, pretty: false), as: UTF8.self) }
    try database.cachedStatement(
      sql: """
        INSERT INTO served(task, bindings, at) VALUES(?, ?, ?)
        ON CONFLICT(task) DO UPDATE SET bindings = excluded.bindings, at = excluded.at
        """
    ).execute(arguments: [task, text ?? "", Int(saturating: now.timeIntervalSince1970)])
  }
}
