import AuditedDatabase
public import Files
import Foundation
import GRDB

extension Registry {
  /// The version that a reference means, in whatever state it is; ``requireUsable(_:)`` asks for one that can be loaded.
  ///
  /// - Parameter reference: `spam` is the version of the current release.
  /// - Throws: ``RegistryError``: unknown task, version or alias; ``RegistryError/notReleased(name:newest:)``.
  public func version(_ reference: VersionReference) throws -> VersionRecord {
    try database.read { try row(reference, $0).record }
  }

  func row(_ reference: VersionReference, _ database: Database) throws -> VersionRow {
    let expert = try requireExpert(reference.name, database)
    let number: Int
    switch reference.choice {
    case .number(let wanted): number = wanted
    case .released:
      guard let released = try aliasNumber(expert, AliasRecord.production, database) else {
        throw RegistryError.notReleased(name: reference.name, newest: try newest(expert, database)?.record.number)
      }
      number = released
    case .alias(let alias):
      guard let aliased = try aliasNumber(expert, alias, database) else {
        throw RegistryError.unknownAlias(
          "\(reference)", known: try aliases(expert, reference.name, database).map(\.alias))
      }
      number = aliased
    }
    guard let row = try VersionRow.find(database, expert: expert, number: number) else {
      let known = try Int.fetchAll(
        database, sql: "SELECT number FROM version WHERE expert = ? ORDER BY number DESC", arguments: [expert])
      throw RegistryError.unknownVersion("\(reference)", known: known)
    }
    return row
  }

  func requireExpert(_ name: String, _ database: Database) throws -> Int {
    let id = try Int.fetchOne(
      try database.cachedStatement(sql: "SELECT id FROM expert WHERE name = ?"), arguments: [name])
    guard let id else {
      throw RegistryError.unknownTask(
        got: name,
        known: try String.fetchAll(
          database,
          sql: """
            SELECT name FROM expert e WHERE EXISTS (SELECT 1 FROM version v WHERE v.expert = e.id AND v.state = 'registered')
            ORDER BY folded
            """))
    }
    return id
  }

  private func newest(_ expert: Int, _ database: Database) throws -> VersionRow? {
    try VersionRow.all(
      database,
      "WHERE v.expert = ? AND v.number = (SELECT max(number) FROM version WHERE expert = v.expert AND state = 'registered')",
      [expert]
    ).first
  }

  /// The version with a digest.
  ///
  /// - Parameter digest: That of its manifest.
  /// - Throws: ``RegistryError/unknownVersionDigest(_:what:)``.
  public func version(digest: Digest) throws -> VersionRecord {
    try database.read { try VersionRow.require($0, digest: digest).record }
  }

  /// The newest version of a task that is in use, released or not; `nil` where there is none.
  ///
  /// - Parameter name: The task.
  /// - Throws: ``RegistryError``; not for an unknown task.
  public func newestVersion(named name: String) throws -> VersionRecord? {
    try database.read { database in
      try Int.fetchOne(database, sql: "SELECT id FROM expert WHERE name = ?", arguments: [name])
        .flatMap { try newest($0, database)?.record }
    }
  }

  /// All versions, by name and number.
  ///
  /// - Parameter name: Only those of a task.
  /// - Throws: ``RegistryError``, also for an unknown task.
  public func versions(named name: String? = nil) throws -> [VersionRecord] {
    try database.read { database in
      guard let name else { return try VersionRow.all(database).map(\.record) }
      let expert = try requireExpert(name, database)
      return try VersionRow.all(database, "WHERE v.expert = ?", [expert]).map(\.record)
    }
  }

  /// Requires that a version is not out of use.
  ///
  /// - Parameter version: The version.
  /// - Throws: ``RegistryError/outOfUse(version:state:)``.
  public func requireUsable(_ version: VersionRecord) throws {
    let state = try self.version(digest: version.digest).state
    guard state == .registered else { throw RegistryError.outOfUse(version: "\(version.reference)", state: state) }
  }

  /// What a version is. Its bytes are those of its digest.
  ///
  /// - Parameter version: The version.
  /// - Throws: ``RegistryError``, `FileError`.
  public func manifest(of version: VersionRecord) throws -> VersionManifest { try manifest(version.digest) }

  /// Manifests are never purged: no row has to say why one is missing, and this may stand in a transaction.
  func manifest(_ digest: Digest) throws -> VersionManifest {
    let manifest = try JSONFile.decode(
      VersionManifest.self, from: try blobs.read(digest), path: blobs.url(digest).path)
    guard manifest.schema <= VersionManifest.currentSchema else {
      throw RegistryError.newerSchema(
        path: blobs.url(digest).path, found: manifest.schema, known: VersionManifest.currentSchema)
    }
    return manifest
  }

  /// What was measured of a version, its main score first.
  ///
  /// - Parameter version: The version.
  /// - Throws: ``RegistryError``.
  public func metrics(of version: VersionRecord) throws -> [MetricRecord] {
    try database.read { database in
      let rows = try Row.fetchAll(
        database,
        sql: """
          SELECT m.name, m.task, m.value, m.low, m.high, m.n FROM metric m JOIN version v USING(expert, number)
          WHERE v.manifest = ? ORDER BY m.position
          """, arguments: [version.digest.bytes])
      return try rows.map { try MetricRecord($0) }
    }
  }

  /// What the gates said of a version, the last one last.
  ///
  /// - Parameter version: The version.
  /// - Throws: ``RegistryError``.
  public func gates(of version: VersionRecord) throws -> [GateRecord] {
    try database.read { database in
      let rows = try Row.fetchAll(
        database,
        sql: """
          SELECT g.verdict, g.report, b.bytes, b.media, g.reason FROM gate g JOIN version v USING(expert, number)
          JOIN blob b ON b.digest = g.report WHERE v.manifest = ? ORDER BY g.id
          """, arguments: [version.digest.bytes])
      return try rows.map { row in
        GateRecord(
          verdict: try row.word(0, GateRecord.Verdict.self),
          report: BlobReference(digest: try row.digest(1), bytes: try row.value(2), media: try row.value(3)),
          reason: try row.optional(4))
      }
    }
  }

  /// Versions in use that rest on atoms of a task's versions, other than its own.
  ///
  /// - Parameter name: The task.
  /// - Throws: ``RegistryError``, also for an unknown task.
  public func dependents(of name: String) throws -> [VersionRecord] {
    try database.read { try dependents(try requireExpert(name, $0), $0) }
  }

  func dependents(_ expert: Int, _ database: Database) throws -> [VersionRecord] {
    try VersionRow.all(
      database,
      """
      WHERE v.expert <> ? AND v.state = 'registered' AND EXISTS (
        SELECT 1 FROM rest r JOIN version n ON n.manifest = r.needs
        WHERE r.expert = v.expert AND r.number = v.number AND n.expert = ?)
      """, [expert, expert]
    ).map(\.record)
  }
}

extension MetricRecord {
  /// - Parameter row: Begins with name, task, value, low, high, n.
  init(_ row: Row) throws {
    self.init(
      name: try row.value(0), task: try row.value(1), value: try row.value(2), low: try row.optional(3),
      high: try row.optional(4), n: try row.optional(5))
  }
}
