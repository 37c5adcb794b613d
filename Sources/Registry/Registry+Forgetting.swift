import AuditedDatabase
import Files
import Foundation
import GRDB

extension Registry {
  /// What ``forget(_:publishing:expecting:now:reason:actor:)`` has done.
  public struct Forgotten: Sendable, Codable, Equatable {
    public let name: String
    /// The versions that are out of use now.
    public let versions: [Int]
    /// The release without the task; `nil` where the current one did not have it.
    public let release: ReleaseRecord?
    /// Blobs that were removed at once, and their bytes.
    public let purgedBlobs: Int
    public let purgedBytes: Int
  }

  /// Takes a task out of the release, for good: its versions are out of use, its aliases gone, and no rollback brings it back. A new
  /// version under its name may be learned later.
  ///
  /// - Parameter name: The task.
  /// - Parameter manifest: The release without it; `nil` where the current release does not have it.
  /// - Parameter expecting: The revision of the current release; `nil` while there is none.
  /// - Parameter now: Whether blobs that nothing else needs go at once; else ``collectGarbage(dryRun:actor:)`` takes them later.
  /// - Parameter reason: Why.
  /// - Parameter actor: Who does it.
  /// - Throws: ``RegistryError/restsOn(name:dependents:)`` where another version rests on its atoms, other ``RegistryError``s. Nothing is
  ///   done then.
  @discardableResult
  public func forget(
    _ name: String, publishing manifest: ReleaseManifest?, expecting: Int?, now: Bool, reason: String?, actor: String
  ) throws -> Forgotten {
    let own = try manifest.map(add)
    // Nobody copies blobs away while some of them go.
    let lock = try FileLock(url.appendingPathComponent(RegistryFolder.lock))
    try RegistryError.translating { try lock.take(waiting: 60, shared: !now) }
    defer { lock.letGo() }
    let (forgotten, gone) = try write(actor) { ledger -> (Forgotten, [Unneeded]) in
      let database = ledger.database
      let expert = try requireExpert(name, database)
      try requireCurrent(expecting, database)
      let dependents = try dependents(expert, database)
      guard dependents.isEmpty else {
        throw RegistryError.restsOn(name: name, dependents: dependents.map { "\($0.reference)" })
      }
      if let manifest {
        guard manifest.experts[name] == nil else { throw Self.stillThere(name) }
      } else if let current = try currentRecord(database),
        try releaseManifest(current.manifest).experts[name] != nil
      {
        throw Self.stillThere(name)
      }
      let versions = try notForgotten(expert, database)
      var release: ReleaseRecord?
      if let manifest, let own {
        release = try insert(manifest, own, kind: .forget, restored: nil, reason: reason, in: &ledger)
      }
      for version in versions { try withdraw(version, expert, "forget", in: &ledger) }
      for row in try Row.fetchAll(
        database, sql: "SELECT name, revision FROM alias WHERE expert = ? AND number IS NOT NULL", arguments: [expert])
      {
        try put(try row.value(0), nil, expert: expert, after: try row.value(1), isProtected: false, in: &ledger)
      }
      var gone: [Unneeded] = []
      if now {
        // Those that an earlier call retired, too: what is to go at once must not wait for a collection.
        for row in try VersionRow.all(database, "WHERE v.expert = ? AND v.state != 'purged'", [expert]) {
          try purge(row.record, expert, in: &ledger)
        }
        gone = try markUnneeded(in: &ledger)
      }
      // Asked again, it changes nothing.
      if release != nil || !versions.isEmpty || !gone.isEmpty {
        try ledger.record(
          "forget", name, ["reason": reason.map(JSONTree.text) ?? .null, "now": .boolean(now)])
      }
      let forgotten = Forgotten(
        name: name, versions: versions.map(\.number), release: release, purgedBlobs: gone.count,
        purgedBytes: try StoredNumbers.sum(gone.map(\.bytes)))
      return (forgotten, gone)
    }
    // The rows say that they are gone: what a crash leaves here, the collection takes. Whoever is about to register one of them again is
    // told that it is missing, and begins again: what is to be forgotten goes.
    try removeFiles(of: gone, sparing: false)
    return forgotten
  }

  /// What ``forget(_:publishing:expecting:now:reason:actor:)`` would do.
  public struct ForgetPreview: Sendable, Codable, Equatable {
    public let name: String
    /// The versions that would be out of use.
    public let versions: [Int]
    /// Whether the task is served now.
    public let isReleased: Bool
    /// The tasks that are served on.
    public let left: [String]
    /// Blobs that would go at once, and their bytes; `nil`: that was not asked.
    public var purgedBlobs: Int?
    public var purgedBytes: Int?
  }

  /// Says what ``forget(_:publishing:expecting:now:reason:actor:)`` would do; changes nothing.
  ///
  /// - Parameter name: The task.
  /// - Throws: ``RegistryError``: what it would be refused for.
  public func forgetPreview(_ name: String) throws -> ForgetPreview {
    try database.read { database in
      let expert = try requireExpert(name, database)
      let dependents = try dependents(expert, database)
      guard dependents.isEmpty else {
        throw RegistryError.restsOn(name: name, dependents: dependents.map { "\($0.reference)" })
      }
      let served = try currentRecord(database).map { try releaseManifest($0.manifest).experts.keys.sorted() } ?? []
      return ForgetPreview(
        name: name, versions: try notForgotten(expert, database).map(\.number), isReleased: served.contains(name),
        left: served.filter { $0 != name })
    }
  }

  /// The same with what would be removed at once: found by doing it in a transaction that is not kept.
  ///
  /// - Parameter name: The task.
  /// - Parameter actor: Who asks.
  /// - Throws: ``RegistryError``: what it would be refused for.
  public func forgetPreview(_ name: String, purgingBy actor: String) throws -> ForgetPreview {
    var preview = try forgetPreview(name)
    struct NotKept: Error { let gone: [Unneeded] }
    do {
      try write(actor) { ledger in
        let expert = try requireExpert(name, ledger.database)
        for version in try notForgotten(expert, ledger.database) {
          try withdraw(version, expert, "forget", in: &ledger)
        }
        for row in try VersionRow.all(ledger.database, "WHERE v.expert = ? AND v.state != 'purged'", [expert]) {
          try purge(row.record, expert, in: &ledger)
        }
        throw NotKept(gone: try markUnneeded(in: &ledger))
      }
    } catch let found as NotKept {
      preview.purgedBlobs = found.gone.count
      preview.purgedBytes = try StoredNumbers.sum(found.gone.map(\.bytes))
    }
    return preview
  }

  private func notForgotten(_ expert: Int, _ database: Database) throws -> [VersionRecord] {
    try VersionRow.all(
      database,
      """
      WHERE v.expert = ? AND NOT EXISTS (
        SELECT 1 FROM withdrawal w WHERE w.expert = v.expert AND w.number = v.number AND w.kind = 'forget')
      """, [expert]
    ).map(\.record)
  }

  /// Takes a version out of use. Its blobs go later, when nothing else needs them.
  ///
  /// - Parameter version: One that no release or alias has now, and on which no other rests.
  /// - Parameter reason: Why.
  /// - Parameter actor: Who does it.
  /// - Throws: ``RegistryError``.
  public func retire(_ version: VersionRecord, reason: String?, actor: String) throws {
    try write(actor) { ledger in
      let row = try VersionRow.require(ledger.database, digest: version.digest)
      guard row.record.state == .registered else { return }
      let aliases = try aliases(row.expert, version.name, ledger.database).filter { $0.number == version.number }
      guard aliases.isEmpty else {
        throw RegistryError.invalid(
          what: "\(version.reference)", got: "aliases \(aliases.map(\.alias).listed)", expected: "no alias on it",
          fix: "Move them first; \(AliasRecord.production) follows the release.")
      }
      let users = try VersionRow.all(
        ledger.database,
        """
        WHERE v.state = 'registered' AND EXISTS (
          SELECT 1 FROM rest r WHERE r.expert = v.expert AND r.number = v.number AND r.needs = ?)
        """, [version.digest.bytes])
      guard users.isEmpty else {
        throw RegistryError.restsOn(name: "\(version.reference)", dependents: users.map { "\($0.record.reference)" })
      }
      try withdraw(row.record, row.expert, "retire", in: &ledger)
      try ledger.record("retire", "\(version.reference)", ["reason": reason.map(JSONTree.text) ?? .null])
    }
  }

  private static func stillThere(_ name: String) -> RegistryError {
    .invalid(
      what: "forget \(name)", got: "a release that has it", expected: "a release without it",
      fix: "Publish one with the other tasks.")
  }

  private func withdraw(_ version: VersionRecord, _ expert: Int, _ kind: String, in ledger: inout Ledger) throws {
    try ledger.insert(
      .withdrawal, ["expert": expert, "number": version.number, "kind": kind, "at": ledger.at])
    if version.state == .registered {
      try ledger.update(
        .version, ["state": VersionRecord.State.retired.rawValue], where: ["expert": expert, "number": version.number])
    }
  }

  func purge(_ version: VersionRecord, _ expert: Int, in ledger: inout Ledger) throws {
    try ledger.update(
      .version, ["state": VersionRecord.State.purged.rawValue], where: ["expert": expert, "number": version.number])
  }
}
