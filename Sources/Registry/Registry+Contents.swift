import AuditedDatabase
import Files
import Foundation
import GRDB

extension Registry {
  /// Everything that names versions, read at once: a release that is published meanwhile is in it whole or not at all.
  ///
  /// - Throws: ``RegistryError``, `FileError`; also where the manifest of the current release cannot be read.
  public func contents() throws -> RegistryContents {
    try database.read { database in
      guard let created = try Row.fetchOne(database, sql: "SELECT created FROM registry") else {
        throw RegistryError.damaged(path: self.database.path, reason: "it does not say when it was made")
      }
      return RegistryContents(
        created: try created.date(0), base: try base(database),
        release: try currentRecord(database).map { ($0, try releaseManifest($0.manifest)) },
        versions: try VersionRow.all(database).map(\.record), aliases: try allAliases(database))
    }
  }

  private func allAliases(_ database: Database) throws -> [AliasRecord] {
    let rows = try Row.fetchCursor(
      database,
      sql: """
        SELECT e.name, a.name, a.number, a.revision FROM alias a JOIN expert e ON e.id = a.expert
        WHERE a.number IS NOT NULL ORDER BY e.folded, a.name
        """)
    var aliases: [AliasRecord] = []
    while let row = try rows.next() {
      aliases.append(
        AliasRecord(
          name: try row.value(0), alias: try row.value(1), number: try row.optional(2), revision: try row.value(3)))
    }
    return aliases
  }

  /// Looks at this registry for changes, by whichever process.
  /// - Throws: ``RegistryError``.
  public func watch() throws -> RegistryWatch { try RegistryWatch(url) }
}
