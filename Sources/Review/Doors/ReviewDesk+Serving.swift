import AuditedDatabase
public import Files
import Foundation
import GRDB

extension ReviewDesk {
  /// Says what is served now. Sides of other models stop at once; those for which a certificate of exactly these models is there begin to
  /// decide.
  ///
  /// Such a certificate is computed again from its rows and issued anew for at most ``Certificate/carriedDays``: it was made before the side
  /// stopped. A side that has stopped for any other reason than a change of the release stays as it is.
  ///
  /// - Parameters:
  ///   - release: The models of every task that is served; a task that is missing is not.
  ///   - certificates: The certificates that the release names: by these alone a side begins that never decided.
  ///   - actor: Who says it.
  /// - Returns: How all sides stand then.
  /// - Throws: An error of the database.
  @discardableResult
  public func serve(
    _ release: [String: CertificateBindings], certificates: [Digest] = [], actor: String
  ) throws -> [SideStatus] {
    try write(actor) { ledger in
      let hasKey = try coinKey(&ledger, ledger.date) != nil
      for kept in try Self.policies(nil, ledger.database) {
        let bindings = release[kept.policy.task]
        let sides = AuditedSides(ledger: ledger)
        try sides.serve(bindings, kept, hasCoinKey: hasKey)
        guard let bindings else { continue }
        for side in kept.policy.sides {
          try sides.resume(side.label, by: bindings, kept, certificates: certificates, hasCoinKey: hasKey)
        }
      }
    }
    return try sides()
  }

  /// What is served for a task, as the server has said last; `nil`: nothing is.
  ///
  /// - Parameter task: The task.
  /// - Throws: An error of the database.
  public func served(_ task: String) throws -> CertificateBindings? {
    let now = clock()
    return try database.read { try SideStore(database: $0, now: now).served(task) }
  }
}
