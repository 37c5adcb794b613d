import AuditedDatabase
package import Files
import Foundation
import GRDB

extension Registry {
  /// The digest of every row of every table, the audit included: two registries with the same one are the same.
  package func fingerprint() throws -> Digest {
    try database.read { database in
      var text = Data()
      for table in Table.allCases.map(\.rawValue) + ["audit"] {
        let rows = try Row.fetchAll(database, sql: "SELECT * FROM \(table)")
        text.append(CanonicalJSON.data(.list([.text(Array(table.utf8))] + rows.map { StoredRow.tree($0) })))
      }
      return Digest(of: text)
    }
  }
}
