import AuditedDatabase
import Files
import Foundation
import GRDB

extension Registry {
  /// What is served now; `nil` before the first release.
  /// - Throws: ``RegistryError``, `FileError`.
  public func currentRelease() throws -> (record: ReleaseRecord, manifest: ReleaseManifest)? {
    try database.read(currentRecord).map { ($0, try releaseManifest($0.manifest)) }
  }

  /// What ``currentRelease()`` says without its manifest, which may be long.
  /// - Throws: ``RegistryError``.
  public func currentReleaseRecord() throws -> ReleaseRecord? { try database.read(currentRecord) }

  /// A release by its revision.
  ///
  /// - Parameter revision: 1 and up.
  /// - Throws: ``RegistryError/unknownRelease(got:last:)``, other ``RegistryError``s.
  public func release(revision: Int) throws -> (record: ReleaseRecord, manifest: ReleaseManifest) {
    let record = try database.read { try requireRelease(revision, $0) }
    return (record, try releaseManifest(record.manifest))
  }

  /// All releases, the first one first.
  /// - Throws: ``RegistryError``.
  public func releases() throws -> [ReleaseRecord] { try database.read { try releases($0) } }

  func releases(_ database: Database, _ condition: String = "") throws -> [ReleaseRecord] {
    try Row.fetchAll(database, sql: "\(Self.selectRelease) \(condition) ORDER BY revision").map {
      try ReleaseRecord($0)
    }
  }

  private static let selectRelease = "SELECT revision, manifest, kind, parent, restored, actor, at, reason FROM release"
  static let releaseMedia = "application/vnd.accrete.release+json"

  func currentRecord(_ database: Database) throws -> ReleaseRecord? {
    try Row.fetchOne(database, sql: "\(Self.selectRelease) WHERE revision = (SELECT revision FROM current)")
      .map { try ReleaseRecord($0) }
  }

  func requireRelease(_ revision: Int, _ database: Database) throws -> ReleaseRecord {
    let row = try Row.fetchOne(database, sql: "\(Self.selectRelease) WHERE revision = ?", arguments: [revision])
    guard let row else {
      let last = try Int.fetchOne(database, sql: "SELECT max(revision) FROM release") ?? 0
      throw RegistryError.unknownRelease(got: revision, last: last)
    }
    return try ReleaseRecord(row)
  }

  func releaseManifest(_ digest: Digest) throws -> ReleaseManifest {
    let manifest = try JSONFile.decode(
      ReleaseManifest.self, from: try blobs.read(digest), path: blobs.url(digest).path)
    guard manifest.schema <= ReleaseManifest.currentSchema else {
      throw RegistryError.newerSchema(
        path: blobs.url(digest).path, found: manifest.schema, known: ReleaseManifest.currentSchema)
    }
    return manifest
  }

  /// Makes a release the current one, if nobody else has changed it meanwhile. The aliases `production` move with it.
  ///
  /// - Parameter manifest: What is served from now on; its blobs were added before.
  /// - Parameter kind: What it is for.
  /// - Parameter expecting: The revision of the current release; `nil` while there is none.
  /// - Parameter override: A verdict on a version that a gate held back and that is released all the same: it stands if the release does.
  /// - Parameter reason: Why.
  /// - Parameter actor: Who does it.
  /// - Throws: ``RegistryError/moved(what:expected:found:)`` where somebody was first; a version that is unknown or out of use, a blob that
  ///   is missing. Nothing is done then.
  @discardableResult
  public func publish(
    _ manifest: ReleaseManifest, kind: ReleaseRecord.Kind, expecting: Int?,
    override: (gate: GateRecord, version: VersionRecord)? = nil, reason: String?, actor: String
  ) throws -> ReleaseRecord {
    let own = try add(manifest)
    if let override { try blobs.verify(override.gate.report.digest) }
    return try write(actor) { ledger in
      try requireCurrent(expecting, ledger.database)
      if let override { try add(override.gate, to: override.version, in: &ledger) }
      return try insert(manifest, own, kind: kind, restored: nil, reason: reason, in: &ledger)
    }
  }

  /// Goes back: a new release with the manifest of an earlier one.
  ///
  /// - Parameter revision: Which one; `nil`: the one before what is served now.
  /// - Parameter reason: Why.
  /// - Parameter actor: Who does it.
  /// - Throws: ``RegistryError/forgotten(names:revision:releases:others:)`` where it has a task that was forgotten since,
  ///   ``RegistryError/retired(versions:revision:releases:others:)`` where it has a version that is out of use,
  ///   ``RegistryError/nothingBefore(revision:)``, ``RegistryError/servedAlready(revision:)``, other ``RegistryError``s.
  @discardableResult
  public func rollback(to revision: Int? = nil, reason: String?, actor: String) throws -> ReleaseRecord {
    try write(actor) { ledger in
      let (_, target, manifest) = try rollbackTarget(revision, ledger.database)
      let own = BlobReference(
        digest: target.manifest, bytes: blobs.size(target.manifest) ?? 0, media: Self.releaseMedia)
      return try insert(
        manifest, own, kind: .rollback, restored: target.restored ?? target.revision, reason: reason, in: &ledger)
    }
  }

  /// What ``rollback(to:reason:actor:)`` would do; nothing is changed.
  ///
  /// - Parameter revision: As there.
  /// - Returns: The revision that is served now, and what the earlier release has in its place.
  /// - Throws: As there.
  public func rollbackPreview(to revision: Int? = nil) throws -> (current: Int, change: ReleaseChange) {
    try database.read { database in
      let (current, target, manifest) = try rollbackTarget(revision, database)
      return (
        current.revision,
        Self.change(target, manifest, after: try releaseManifest(current.manifest), try versionNames(database))
      )
    }
  }

  /// What is served now, and the release that a rollback brings back.
  private func rollbackTarget(
    _ revision: Int?, _ database: Database
  ) throws -> (current: ReleaseRecord, target: ReleaseRecord, manifest: ReleaseManifest) {
    guard let current = try currentRecord(database) else { throw RegistryError.noRelease(path: url.path) }
    let target = try requireRelease(try revision ?? before(current, database), database)
    let manifest = try releaseManifest(target.manifest)
    let names = try forgotten(in: manifest, database)
    guard names.isEmpty else {
      let (releases, others) = try ways(around: manifest, current, database)
      throw RegistryError.forgotten(names: names, revision: target.revision, releases: releases, others: others)
    }
    guard revision == nil || target.manifest != current.manifest else {
      throw RegistryError.servedAlready(revision: target.revision)
    }
    let retired = try outOfUse(in: manifest, database)
    guard retired.isEmpty else {
      let (releases, others) = try ways(around: manifest, current, database)
      throw RegistryError.retired(
        versions: retired.map { "\($0.reference) (\($0.state.rawValue))" }, revision: target.revision,
        releases: releases, others: others)
    }
    return (current, target, manifest)
  }

  /// What can be served where a release cannot come back: the newest others, each with what it would change, and versions of this one.
  private func ways(
    around manifest: ReleaseManifest, _ current: ReleaseRecord, _ database: Database
  ) throws -> (releases: [String], versions: [String]) {
    let (served, known) = (try releaseManifest(current.manifest), try versionNames(database))
    var (found, seen): ([String], Set<[String: Digest]>) = ([], [[:], served.experts])
    for record in try releases(database).reversed() {
      guard found.count < Self.mostWays else { break }
      // What was collected cannot come back either.
      guard let other = try? releaseManifest(record.manifest), seen.insert(other.experts).inserted,
        try forgotten(in: other, database).isEmpty, try outOfUse(in: other, database).isEmpty
      else { continue }
      let change = Self.change(record, other, after: served, known)
      let parts = [("adds", change.added), ("changes", change.changed), ("removes", change.removed)]
      let words = parts.compactMap { word, items in items.isEmpty ? nil : "\(word) \(items.listed)" }
      found.append("\(record.revision) (\(words.joined(separator: "; ")))")
    }
    let others = try manifest.experts.filter { task, digest in
      guard served.experts[task] != digest else { return false }
      return try VersionRow.find(database, digest: digest)?.record.state == .registered
    }
    return (found, others.values.compactMap { known[$0] }.sorted())
  }

  /// Releases that a message names.
  private static let mostWays = 3

  /// The release that was served before what is served now: of a rollback, the one before that which it brought back.
  private func before(_ current: ReleaseRecord, _ database: Database) throws -> Int {
    let served = try current.restored.map { try requireRelease($0, database) } ?? current
    guard let parent = served.parent else { throw RegistryError.nothingBefore(revision: current.revision) }
    let record = try requireRelease(parent, database)
    return record.restored ?? record.revision
  }

  /// The tasks of a release whose version in it was forgotten.
  func forgotten(in manifest: ReleaseManifest, _ database: Database) throws -> [String] {
    let all = try Data.fetchSet(
      database,
      sql: "SELECT v.manifest FROM withdrawal w JOIN version v USING(expert, number) WHERE w.kind = 'forget'")
    guard !all.isEmpty else { return [] }
    return manifest.experts.filter { all.contains($0.value.bytes) }.keys.sorted()
  }

  /// The versions of a release that are retired or purged since.
  private func outOfUse(in manifest: ReleaseManifest, _ database: Database) throws -> [VersionRecord] {
    try manifest.experts.sorted { $0.key < $1.key }.compactMap { _, digest in
      try VersionRow.find(database, digest: digest)?.record
    }.filter { $0.state != .registered }
  }

  func requireCurrent(_ expecting: Int?, _ database: Database) throws {
    let found = try Int.fetchOne(database, sql: "SELECT revision FROM current")
    guard found == expecting else {
      throw RegistryError.moved(what: "the current release", expected: expecting, found: found)
    }
  }

  /// Stores a release's manifest.
  func add(_ manifest: ReleaseManifest) throws -> BlobReference {
    try requireWriting()
    guard manifest.schema == ReleaseManifest.currentSchema else {
      throw RegistryError.newerSchema(path: "release", found: manifest.schema, known: ReleaseManifest.currentSchema)
    }
    let named = Set(manifest.blobs)
    let listed = Set(manifest.blobs.map(\.digest))
    for blob in manifest.state.values.joined() where !named.contains(blob) {
      throw Self.unlisted("state blob \(blob.digest)")
    }
    if let router = manifest.router, !listed.contains(router) { throw Self.unlisted("router \(router)") }
    for blob in manifest.blobs { try blobs.verify(blob.digest) }
    return try blobs.add(
      try Self.encoded("release") { try CanonicalJSON.encode(manifest) }, media: Self.releaseMedia)
  }

  private static func unlisted(_ what: String) -> RegistryError {
    .invalid(
      what: "release", got: "\(what), which `blobs` does not have",
      expected: "every blob of router and state in `blobs`",
      fix: "List it there.")
  }

  /// Writes the rows of a release, and moves what follows it.
  func insert(
    _ manifest: ReleaseManifest, _ own: BlobReference, kind: ReleaseRecord.Kind, restored: Int?, reason: String?,
    in ledger: inout Ledger
  ) throws -> ReleaseRecord {
    let database = ledger.database
    var numbers: [Int: Int] = [:]
    for (name, digest) in manifest.experts {
      let row = try VersionRow.find(database, digest: digest)
      guard let row else { throw RegistryError.unknownVersionDigest(digest, what: "release: \(name)") }
      guard row.record.name.hasSameCodePoints(as: name) else {
        throw RegistryError.invalid(
          what: "release", got: "\(row.record.reference) as \(name)", expected: "a version of \(name)",
          fix: "Name each version by its task.")
      }
      guard row.record.state == .registered else {
        throw RegistryError.outOfUse(version: "\(row.record.reference)", state: row.record.state)
      }
      numbers[row.expert] = row.record.number
      for part in try Data.fetchAll(
        try database.cachedStatement(sql: "SELECT digest FROM part WHERE expert = ? AND number = ?"),
        arguments: [row.expert, row.record.number])
      {
        try requireThere(part)
      }
    }
    for blob in [own] + manifest.blobs { try name(blob, in: &ledger) }
    let parent = try Int.fetchOne(database, sql: "SELECT revision FROM current")
    let revision = try Int.fetchOne(database, sql: "SELECT ifnull(max(revision), 0) + 1 FROM release") ?? 1
    try ledger.insert(
      .release,
      [
        "revision": revision, "manifest": own.digest.bytes, "kind": kind.rawValue, "parent": parent,
        "restored": restored,
        "actor": ledger.actor, "at": ledger.at, "reason": reason,
      ])
    if parent == nil {
      try ledger.insert(.current, ["one": 1, "revision": revision])
    } else {
      try ledger.update(.current, ["revision": revision], where: ["one": 1])
    }
    try moveProduction(to: numbers, in: &ledger)
    try ledger.record(kind.rawValue, "release \(revision)", ["reason": reason.map(JSONTree.text) ?? .null])
    return try requireRelease(revision, database)
  }

  private func requireThere(_ part: Data) throws {
    guard let digest = Digest(bytes: part), blobs.size(digest) == nil else { return }
    throw RegistryError.blobMissing(digest, path: blobs.url(digest).path)
  }

  /// Brings the aliases `production` to where a release has them; those that stay are not touched.
  private func moveProduction(to numbers: [Int: Int], in ledger: inout Ledger) throws {
    let rows = try Row.fetchAll(
      ledger.database, sql: "SELECT expert, number, revision FROM alias WHERE name = ?",
      arguments: [AliasRecord.production])
    var known: Set<Int> = []
    for row in rows {
      let (expert, number, revision): (Int, Int?, Int) = (try row.value(0), try row.optional(1), try row.value(2))
      known.insert(expert)
      guard numbers[expert] != number else { continue }
      try put(AliasRecord.production, numbers[expert], expert: expert, after: revision, isProtected: true, in: &ledger)
    }
    for (expert, number) in numbers.sorted(by: { $0.key < $1.key }) where !known.contains(expert) {
      try put(AliasRecord.production, number, expert: expert, after: nil, isProtected: true, in: &ledger)
    }
  }
}

extension ReleaseRecord {
  /// - Throws: ``RegistryError/damaged(path:reason:)``.
  fileprivate init(_ row: Row) throws {
    self.init(
      revision: try row.value(0), manifest: try row.digest(1), kind: try row.word(2, Kind.self),
      parent: try row.optional(3), restored: try row.optional(4), actor: try row.value(5), at: try row.date(6),
      reason: try row.optional(7))
  }
}
