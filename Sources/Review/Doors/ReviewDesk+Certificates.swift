import AuditedDatabase
public import Files
import Foundation
import GRDB

extension ReviewDesk {
  /// Tries to certify a side with the coin rows that are there. The rows that it looks at count as looked at, whatever comes of it.
  ///
  /// The computation runs between two transactions, so that decisions go on meanwhile.
  ///
  /// - Parameters:
  ///   - label: The side's label.
  ///   - task: Its task.
  ///   - bindings: The models that the certificate is to speak about; `nil`: those that are served.
  ///   - opinions: What these say of rows that others decided, by digest; `nil`: only rows that they decided themselves count.
  ///   - actor: Who does it.
  /// - Returns: What came of it, and the certificate's name where there is one.
  /// - Throws: ``CertificationError``, ``SideError/notReady(task:label:)`` where nothing is served, ``ReviewError/unknownTask(got:known:)``, an
  ///   error of the database.
  public func certify(
    _ label: String, of task: String, for bindings: CertificateBindings? = nil,
    opinions: [Digest: ModelOpinion] = [:], actor: String
  ) throws -> (outcome: CertificationOutcome, certificate: Digest?) {
    let now = clock()
    let request = try database.read { database in
      let policy = try Self.requiredPolicy(task, database).policy
      guard let models = try bindings ?? SideStore(database: database, now: now).served(task) else {
        throw SideError.notReady(task: task, label: label)
      }
      return try CertificationStore(database: database, now: now).request(
        label, policy, for: models, opinions: opinions)
    }
    let outcome = try Certifier.certify(request)
    let name = try write(actor) { try AuditedSides(ledger: $0).keep(outcome, of: request) }
    return (outcome, name)
  }

  /// A certificate by its name.
  ///
  /// - Parameter name: The name.
  /// - Throws: ``CertificationError/unknownCertificate(_:)``, ``CertificationError/changed(what:expected:got:)``, an error of the database.
  public func certificate(_ name: Digest) throws -> NamedCertificate {
    let now = clock()
    return try database.read { try CertificationStore(database: $0, now: now).certificate(name) }
  }

  /// The certificates of a task, the newest first.
  ///
  /// - Parameters:
  ///   - task: The task; `nil`: all tasks.
  ///   - limit: So many at most.
  /// - Throws: ``CertificationError``, an error of the database.
  public func certificates(of task: String? = nil, limit: Int = 100) throws -> [NamedCertificate] {
    let now = clock()
    return try database.read { database in
      let store = CertificationStore(database: database, now: now)
      return try Row.fetchAll(
        database,
        sql: "SELECT digest FROM certificate WHERE ?1 IS NULL OR task = ?1 ORDER BY at DESC, digest LIMIT ?2",
        arguments: [task, max(0, limit)]
      ).map { try store.certificate($0.digest(0)) }
    }
  }

  /// The newest certificate of a side that speaks about exactly some models, holds now, and promises what the policy asks for; `nil`: there is
  /// none, or the side has stopped since it was issued.
  ///
  /// - Parameters:
  ///   - label: The side's label.
  ///   - task: Its task.
  ///   - bindings: The models.
  /// - Throws: ``ReviewError/unknownTask(got:known:)``, ``CertificationError``, an error of the database.
  public func certificate(
    of label: String, task: String, for bindings: CertificateBindings
  ) throws -> NamedCertificate? {
    let now = clock()
    return try database.read { database in
      let policy = try Self.requiredPolicy(task, database).policy
      let side = try SideStore(database: database, now: now).stored(task: task).first {
        $0.label.hasSameCodePoints(as: label)
      }
      let named = try CertificationStore(database: database, now: now).newest(task, label, of: bindings, policy)
      guard let side, let named, side.state == .stopped, side.reason != .digestChanged else { return named }
      return named.certificate.issued < Int(saturating: side.since.timeIntervalSince1970) ? nil : named
    }
  }

  /// Computes again what all certificates say, from the rows and thresholds that they name.
  ///
  /// - Returns: What is wrong, by certificate; nothing where all follow from their rows.
  /// - Throws: An error of the database.
  public func verifyCertificates() throws -> [Digest: String] {
    let now = clock()
    return try database.read { database in
      let store = CertificationStore(database: database, now: now)
      let names = try Row.fetchCursor(database, sql: "SELECT digest FROM certificate ORDER BY digest")
      var problems: [Digest: String] = [:]
      while let row = try names.next() {
        let name = try row.digest(0)
        do {
          try store.certificate(name).certificate.verify(blob: store.evidence)
        } catch let error as any AccreteError {
          problems[name] = error.description
        }
      }
      return problems
    }
  }

  /// Takes a certificate back: it can never be used again, and the side that decides by it stops.
  ///
  /// - Parameters:
  ///   - name: The certificate.
  ///   - reason: Why, in words that name no text of an item.
  ///   - actor: Who does it.
  /// - Throws: ``CertificationError/unknownCertificate(_:)``, ``ReviewError``, an error of the database.
  public func revoke(_ name: Digest, reason: String, actor: String) throws {
    guard (1...Self.longestReason).contains(reason.utf8.count) else {
      throw ReviewError.invalid(
        what: "reason", got: "\(reason.utf8.count) bytes", expected: "1 to \(Self.longestReason) bytes")
    }
    try write(actor) { try AuditedSides(ledger: $0).revoke(name, reason: reason) }
  }
}
