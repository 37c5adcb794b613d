import AuditedDatabase
import Files
import Foundation
import GRDB

/// A blob that nothing needs.
struct Unneeded: Equatable {
  let digest: Digest
  let bytes: Int
  /// When its row was written.
  let created: Int
  /// `tensors of spam@1`; `nil`: no version names it, but an old release, as its router or stored features.
  let part: String?
  /// What people call it.
  var name: String { part ?? "router or stored features of an old release" }
}

extension Registry {
  /// What ``collectGarbage(dryRun:actor:)`` removed, or would.
  public struct Collection: Sendable, Codable, Equatable {
    /// Versions whose blobs went: `spam@1`.
    public internal(set) var versions: [String] = []
    /// Blobs that nothing needs any more.
    public internal(set) var blobs = 0
    public internal(set) var bytes = 0
    /// What these blobs are, as people call them: `tensors of spam@1`.
    public internal(set) var parts: [String] = []
    /// Files that no row names: what was left by processes that died.
    public internal(set) var strayFiles = 0
    public internal(set) var strayBytes = 0
  }

  /// Releases that are kept whole, so that one can go back to them; older ones only for ``keptDays``.
  static let keptReleases = 20
  /// Days that what is out of use stays.
  static let keptDays = 30

  /// Removes blobs of versions unused for 30 days, and of releases older than 30 days that are not among the last 20. Also removes files
  /// that no database row has named for a day, or for ten minutes where nobody is learning or importing. Manifests, metrics, verdicts and
  /// the audit stay for ever.
  ///
  /// - Parameter dryRun: Says what would go, and changes nothing.
  /// - Parameter actor: Who does it.
  /// - Throws: ``RegistryError``, `FileError`.
  @discardableResult
  public func collectGarbage(dryRun: Bool = false, actor: String) throws -> Collection {
    try requireWriting()
    let lock = try FileLock(url.appendingPathComponent(RegistryFolder.lock))
    try RegistryError.translating { try lock.take(waiting: 60) }
    defer { lock.letGo() }
    var result = Collection()
    var gone: [Unneeded] = []
    do {
      (result, gone) = try write(actor) { ledger in
        var result = Collection()
        for row in try purgeable(at: ledger.at, ledger.database) {
          try purge(row.record, row.expert, in: &ledger)
          result.versions.append("\(row.record.reference)")
        }
        let gone = try markUnneeded(in: &ledger)
        (result.blobs, result.bytes) = (gone.count, try StoredNumbers.sum(gone.map(\.bytes)))
        result.parts = gone.map(\.name).sorted()
        if dryRun { throw DryRun(result: result) }
        if !result.versions.isEmpty || !gone.isEmpty {
          try ledger.record(
            "collect", "registry",
            ["versions": .list(result.versions.map(JSONTree.text)), "bytes": .integer(result.bytes)])
        }
        return (result, gone)
      }
    } catch let dry as DryRun {
      result = dry.result
    }
    if !dryRun {
      // What somebody is about to register stays.
      for blob in try removeFiles(of: gone, sparing: true) {
        result.blobs -= 1
        result.bytes -= blob.bytes
        if let index = result.parts.firstIndex(of: blob.name) { result.parts.remove(at: index) }
      }
    }
    try collectStrays(dryRun: dryRun, into: &result)
    return result
  }

  /// Takes back what a dry run has changed.
  private struct DryRun: Error {
    let result: Collection
  }

  /// Versions that have been out of use for long enough, and that nothing names.
  private func purgeable(at now: Int, _ database: Database) throws -> [VersionRow] {
    let retired = try VersionRow.all(
      database,
      """
      WHERE v.state = 'retired'
        AND (SELECT min(w.at) FROM withdrawal w WHERE w.expert = v.expert AND w.number = v.number) <= ?
        AND NOT EXISTS (SELECT 1 FROM alias a WHERE a.expert = v.expert AND a.number = v.number)
        AND NOT EXISTS (SELECT 1 FROM rest r JOIN version u ON u.expert = r.expert AND u.number = r.number
          WHERE r.needs = v.manifest AND u.state = 'registered')
      """, [now - Self.keptDays * 24 * 3600])
    if retired.isEmpty { return [] }
    let last = try releases(database).suffix(Self.keptReleases)
    // A release with a forgotten task cannot come back, and keeps nothing.
    let named = try Set(
      last.map { try releaseManifest($0.manifest) }.filter { try forgotten(in: $0, database).isEmpty }
        .flatMap { $0.experts.values })
    return retired.filter { !named.contains($0.record.digest) }
  }

  /// Marks the blobs that nothing needs as purged; the files are for ``removeFiles(of:sparing:)``, after the transaction.
  func markUnneeded(in ledger: inout Ledger) throws -> [Unneeded] {
    let database = ledger.database
    var needed = try Data.fetchSet(
      database,
      sql: """
        SELECT manifest FROM version UNION SELECT report FROM gate UNION SELECT manifest FROM release
        UNION SELECT p.digest FROM part p JOIN version v USING(expert, number) WHERE v.state <> 'purged'
        """)
    let releases = try releases(database)
    let oldest = ledger.at - Self.keptDays * 24 * 3600
    let current = try currentRecord(database)?.revision
    for (index, release) in releases.enumerated()
    where index >= releases.count - Self.keptReleases || Int(saturating: release.at.timeIntervalSince1970) > oldest
      || release.revision == current
    {
      let manifest = try releaseManifest(release.manifest)
      guard try forgotten(in: manifest, database).isEmpty else { continue }
      for digest in manifest.blobs.map(\.digest) + manifest.certificates { needed.insert(digest.bytes) }
    }
    var gone: [Unneeded] = []
    for row in try Row.fetchAll(
      database,
      sql: """
        SELECT b.digest, b.bytes, b.created,
          (SELECT min(p.role || ' of ' || e.name || '@' || p.number) FROM part p JOIN expert e ON e.id = p.expert
            WHERE p.digest = b.digest)
        FROM blob b WHERE purged IS NULL ORDER BY b.digest
        """)
    {
      let digest = try row.digest(0)
      if !needed.contains(digest.bytes) {
        gone.append(
          Unneeded(digest: digest, bytes: try row.value(1), created: try row.value(2), part: try row.optional(3)))
      }
    }
    for blob in gone { try ledger.update(.blob, ["purged": ledger.at], where: ["digest": blob.digest.bytes]) }
    return gone
  }

  /// Removes the files of purged blobs.
  ///
  /// - Parameter sparing: But for those that somebody has added again in the last minutes: these he is about to register.
  /// - Returns: Those that were spared.
  @discardableResult
  func removeFiles(of gone: [Unneeded], sparing: Bool) throws -> [Unneeded] {
    var spared: [Unneeded] = []
    let recent = Int(saturating: Date().timeIntervalSince1970) - 600
    for blob in gone {
      guard let added = blobs.added(blob.digest) else { continue }
      guard !sparing || added <= max(blob.created, recent) else {
        spared.append(blob)
        continue
      }
      try blobs.remove(blob.digest)
    }
    if !gone.isEmpty { RegistryFolder.flush(blobs.folder) }
    return spared
  }

  /// So long a file that no row names is left alone even while nobody learns: a release's router is named at once.
  private static let momentSeconds = 600

  private func collectStrays(dryRun: Bool, into result: inout Collection) throws {
    let known = try database.read {
      try Data.fetchSet($0, sql: "SELECT digest FROM blob WHERE purged IS NULL")
    }
    // Nobody can be about to name files while nobody learns or imports, but for a moment.
    let nobody = try? lockForLearning(name: "the removal of files that no row names")
    defer { nobody?.release() }
    let quiet = nobody == nil ? BlobStore.quietSeconds : Self.momentSeconds
    let oldest = Int(saturating: clock().timeIntervalSince1970) - quiet
    var strays = blobs.leftovers()
    for name in blobs.names() {
      guard let digest = Digest("sha256:" + name) else {
        strays.append(blobs.folder.appendingPathComponent(name))
        continue
      }
      if !known.contains(digest.bytes) { strays.append(blobs.url(digest)) }
    }
    for stray in strays {
      var status = stat()
      guard lstat(stray.path, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
        Int(status.st_mtim.tv_sec) <= oldest
      else { continue }
      result.strayFiles += 1
      result.strayBytes += Int(status.st_size)
      if !dryRun, unlink(stray.path) != 0, errno != ENOENT { throw FileError.system(errno, writing: stray.path) }
    }
  }
}
