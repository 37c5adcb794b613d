import AuditedDatabase
import Files
import Foundation
import GRDB

extension AuditedSides {
  /// Stops a task's sides because its release is being changed.
  ///
  /// - Parameter task: The task.
  func suspend(_ task: String) throws {
    for var side in try sides.stored(task: task) {
      guard side.state.decides, let change = side.stop(.digestChanged, at: now) else { continue }
      try sides.save(side)
      try record([change])
    }
  }

  /// Lets a side decide that a change of the release has stopped, or that never did, where a certificate of exactly the served models is there.
  ///
  /// - Parameters:
  ///   - label: The side's label.
  ///   - bindings: The served models.
  ///   - policy: The task's policy, with its revision.
  ///   - named: The certificates that the release names.
  ///   - hasCoinKey: Whether the coin's key is there.
  func resume(
    _ label: String, by bindings: CertificateBindings, _ policy: KeptPolicy, certificates named: [Digest],
    hasCoinKey: Bool
  ) throws {
    let task = policy.policy.task
    guard let side = try sides.sides(of: policy.policy).first(where: { $0.label.hasSameCodePoints(as: label) }),
      side.state == .inactive || side.reason == .digestChanged,
      let certificate = try certificates.newest(task, label, of: bindings, policy.policy),
      side.state != .inactive || named.contains(certificate.digest)
    else { return }
    // Where something is in the way, people decide, as they do now.
    do {
      try ledger.database.inSavepoint {
        let isOld = certificate.certificate.issued < Int(saturating: side.since.timeIntervalSince1970)
        let usable = isOld ? try certificates.issuedAnew(certificate) : certificate
        try activate(usable.digest, policy, approvals: [], hasCoinKey: hasCoinKey)
        return .commit
      }
    } catch let error as CertificationError {
      try refused(error, task, label)
    } catch let error as SideError {
      try refused(error, task, label)
    }
  }

  /// Takes a certificate back: the side that decides by it stops.
  ///
  /// - Parameters:
  ///   - name: The certificate.
  ///   - reason: Why.
  func revoke(_ name: Digest, reason: String) throws {
    let certificate = try certificates.certificate(name).certificate
    guard try !certificates.isRevoked(name) else { return }
    var ledger = ledger
    try ledger.insert(ReviewTable.revocation, ["certificate": name.bytes, "reason": reason, "at": ledger.at])
    try ledger.record(
      "revoke", SideChange.subject(certificate.task, certificate.side), ["certificate": .text(name.description)])
    for var side in try sides.stored(task: certificate.task) where side.certificate?.digest == name {
      guard side.state.decides, let change = side.stop(.revoked, at: now) else { continue }
      try sides.save(side)
      try record([change])
    }
  }

  private func refused(_ error: any AccreteError, _ task: String, _ label: String) throws {
    try record("not resumed", SideChange.subject(task, label), ["reason": .text(error.description)])
  }
}
