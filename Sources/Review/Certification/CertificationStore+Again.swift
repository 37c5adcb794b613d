import AuditedDatabase
import Files
import Foundation
import GRDB

extension CertificationStore {
  /// The newest certificate of a side that speaks about exactly some models, holds now, and promises what the policy asks for; `nil`: there is
  /// none.
  ///
  /// - Parameters:
  ///   - task: The task.
  ///   - label: The side's label.
  ///   - bindings: The models.
  ///   - policy: The task's policy.
  func newest(
    _ task: String, _ label: String, of bindings: CertificateBindings, _ policy: TaskPolicy
  ) throws -> NamedCertificate? {
    let names = try Row.fetchCursor(
      try database.cachedStatement(
        sql: """
          SELECT digest FROM certificate WHERE task = ? AND label = ? AND expires > ?
            AND NOT EXISTS(SELECT 1 FROM revocation r WHERE r.certificate = digest) ORDER BY at DESC, digest
          """),
      arguments: [task, label, seconds(now)])
    while let row = try names.next() {
      let named = try certificate(row.digest(0))
      if named.certificate.bindings == bindings, named.certificate.purpose == .production,
        named.certificate.keepsTarget(of: policy)
      {
        return named
      }
    }
    return nil
  }

  /// Whether a person has taken a certificate back.
  func isRevoked(_ name: Digest) throws -> Bool {
    try Int.fetchOne(
      try database.cachedStatement(sql: "SELECT count(*) FROM revocation WHERE certificate = ?"),
      arguments: [name.bytes]) ?? 0 > 0
  }

  /// The same certificate, issued now for the same models: it holds no longer than one that was carried over.
  ///
  /// - Parameter named: The certificate, which has to follow from its rows.
  func issuedAnew(_ named: NamedCertificate) throws -> NamedCertificate {
    let old = named.certificate
    try old.verify(blob: evidence)
    let rows = try NamedBlob.read(
      CertifiedRows.self, try evidence(old.rows), named: old.rows, what: "rows \(old.rows)")
    // The models are the same, bit for bit, and so is what they say.
    let same = CarriedRow.Answer(task: old.task, scores: [])
    let new = try old.carried(
      to: old.bindings, named: named.digest, over: rows,
      answers: rows.rows.map { CarriedRow(item: $0.item, before: same, after: same) }, at: now)
    return try certificate(keep(new, blobs: [:], rows: rows.rows.map(\.item)))
  }
}

extension Certificate {
  /// Whether it promises what a policy asks for, under the labels that this has.
  ///
  /// - Parameter policy: The task's policy.
  func keepsTarget(of policy: TaskPolicy) -> Bool {
    guard let wanted = policy.side(side) else { return false }
    return policy.labels.haveSameCodePoints(as: labels) && alpha <= 1 - wanted.precision + 1e-9
      && delta <= 1 - wanted.confidence + 1e-9
  }
}
