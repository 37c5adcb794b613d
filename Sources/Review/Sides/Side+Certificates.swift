import Assurance
import Files
import Foundation

extension Side {
  /// Begins to decide by a certificate, or goes on by a new one.
  ///
  /// - Parameters:
  ///   - new: The certificate.
  ///   - conditions: What the side depends on.
  ///   - approvals: Who agrees, where it had stopped for a reason that asks for people.
  /// - Returns: The changes, in order; none for a renewal that changes no state.
  /// - Throws: ``CertificationError`` where the certificate cannot be used, ``SideError`` where the side may not begin.
  public mutating func activate(
    by new: NamedCertificate, _ conditions: SideConditions, approvals: [SideApproval] = []
  ) throws -> [SideChange] {
    guard new.certificate.task.hasSameCodePoints(as: task), new.certificate.side.hasSameCodePoints(as: label) else {
      throw CertificationError.otherSide(
        expected: "\(label) of \(task)", got: "\(new.certificate.side) of \(new.certificate.task)")
    }
    guard let served = conditions.served else { throw SideError.notReady(task: task, label: label) }
    try new.certificate.requireUsable(for: served, at: conditions.now)
    if let obstacle = conditions.obstacle { throw SideError.obstacle(task: task, label: label, obstacle) }
    try requireNewer(new.certificate, approvals)

    var changes: [SideChange] = []
    if state == .stopped { changes.append(go(to: .inactive, at: conditions.now)) }
    let isRenewal = state.decides
    let keepsDetector = isRenewal && certificate?.certificate.alpha == new.certificate.alpha
    if !keepsDetector {
      (watchedSince, detector) = (conditions.now, try ChangeDetector(limit: new.certificate.alpha))
    }
    (certificate, policy, decided) = (new, conditions.policy, 0)
    if !isRenewal { changes.append(go(to: .active, at: conditions.now)) }
    return changes
  }

  /// Requires a certificate that says something new, and the people whom the stop asks for.
  private func requireNewer(_ new: Certificate, _ approvals: [SideApproval]) throws {
    let since = Int(saturating: self.since.timeIntervalSince1970)
    if state == .stopped, let reason {
      guard reason.restart.isSatisfied(by: approvals) else {
        throw SideError.needsPeople(task: task, label: label, reason: reason)
      }
      guard new.issued >= since, !reason.invalidatesRows || new.from >= since else {
        throw SideError.olderThanStop(task: task, label: label, reason: reason)
      }
    }
    // A renewal on the rows of the certificate before would prove what is proved already.
    if state.decides, let old = certificate?.certificate, old.carriedFrom == nil, new.carriedFrom == nil,
      old.bindings == new.bindings, new.from < old.issued
    {
      throw SideError.noNewRows(task: task, label: label)
    }
  }
}
