public import AuditedDatabase
import Files
import Foundation
import GRDB

extension Registry {
  /// What ``verify(progress:)`` found.
  public struct Verification: Sendable, Codable, Equatable {
    /// One thing that was looked at.
    public struct Check: Sendable, Codable, Equatable {
      public let what: String
      public let ok: Bool
      public let found: String
    }

    public internal(set) var checks: [Check] = []
    public internal(set) var tasks = 0
    public internal(set) var versions = 0
    public internal(set) var releases = 0
    /// Blobs that are there, and their bytes: what the rows say and the files have.
    public internal(set) var blobs = 0
    public internal(set) var bytes = 0
    /// Files that no row names; `registry gc` removes them after ten minutes where nobody learns or imports, else after a day.
    public internal(set) var strayFiles = 0
    public internal(set) var strayBytes = 0
    /// Bytes of the database with its journal.
    public internal(set) var databaseBytes = 0
    public internal(set) var audit: AuditHead?

    public var failures: [Check] { checks.filter { !$0.ok } }
  }

  /// Computes every digest again, follows the audit from its first entry, and compares every row with what the audit says was written.
  /// Changes nothing.
  ///
  /// - Parameter progress: Is given each check as it ends.
  /// - Throws: ``RegistryError`` where the database cannot be read at all; what is wrong otherwise is a check that failed.
  public func verify(progress: (Verification.Check) -> Void = { _ in }) throws -> Verification {
    var verification = Verification()
    func note(_ what: String, _ problems: [String], _ fine: String) {
      let check = Verification.Check(
        what: what, ok: problems.isEmpty, found: problems.isEmpty ? fine : problems.map(\.onOneLine).listed)
      verification.checks.append(check)
      progress(check)
    }
    /// Runs a check; what it throws is what is wrong.
    func check(_ what: String, _ body: () throws -> (problems: [String], fine: String)) {
      do {
        let outcome = try RegistryDatabase.translated(database.path, body)
        note(what, outcome.problems, outcome.fine)
      } catch {
        note(what, ["\(error)"], "")
      }
    }
    var releaseRows: [ReleaseRecord] = []
    try database.read { database in
      check("database") { try Structure.problems(database) }
      check("audit") {
        var chain = AuditChain(head: nil)
        try Audit.forEach(database) { try chain.take($0, previous: $1, hash: $2) }
        let head = try chain.end()
        verification.audit = head
        return ([], "\(head.sequence) entries, \(head.hash)")
      }
      check("rows") {
        let (problems, count) = try AuditReplay.problems(database)
        return (problems, "\(count) rows as they were written")
      }
      check("versions") {
        let rows = try VersionRow.all(database)
        verification.versions = rows.count
        verification.tasks = Set(rows.map(\.expert)).count
        let problems = try rows.compactMap { try problem(of: $0, database) }
        return (problems, "\(rows.count) of \(verification.tasks) tasks, as their manifests say")
      }
      check("releases") {
        releaseRows = try releases(database)
        verification.releases = releaseRows.count
        return (try problems(ofReleases: releaseRows, database), "\(releaseRows.count), \(try served(database))")
      }
      check("blobs") {
        let (problems, known) = try blobProblems(database, &verification)
        countStrays(except: known, &verification)
        return (problems, "\(verification.blobs) blobs, \(verification.bytes) bytes, unchanged")
      }
    }
    for name in ["", "-wal"] {
      verification.databaseBytes +=
        (try? FileManager.default.attributesOfItem(atPath: database.path + name)[.size] as? Int) ?? 0
    }
    return verification
  }

  private func served(_ database: Database) throws -> String {
    try currentRecord(database).map { "release \($0.revision) is served" } ?? "nothing is served yet"
  }

  /// What is wrong between a version's row and its manifest; `nil` if nothing is.
  private func problem(of row: VersionRow, _ database: Database) throws -> String? {
    let version = row.record
    do {
      let manifest = try manifest(version.digest)
      guard manifest.name.hasSameCodePoints(as: version.name) else {
        return "\(version.reference): its manifest is of \(manifest.name)"
      }
      let parts = try Row.fetchAll(
        database, sql: "SELECT role, digest FROM part WHERE expert = ? AND number = ?",
        arguments: [row.expert, version.number])
      var expected = manifest.parts.mapValues(\.digest)
      for part in parts {
        let role: String = try part.value(0)
        guard expected.removeValue(forKey: role) == (try part.digest(1)) else {
          return "\(version.reference): its part \(role) is not the manifest's"
        }
      }
      return expected.isEmpty ? nil : "\(version.reference): parts are missing: \(expected.keys.sorted().listed)"
    } catch {
      return "\(version.reference): \(error)"
    }
  }

  /// What is wrong with releases: manifests that cannot be read, a chain with gaps, aliases that are not where the release has them.
  private func problems(ofReleases rows: [ReleaseRecord], _ database: Database) throws -> [String] {
    var problems: [String] = []
    var current: ReleaseManifest?
    let served = try currentRecord(database)
    for (index, row) in rows.enumerated() {
      if row.revision != index + 1 { problems.append("release \(index + 1) is missing") }
      do {
        let manifest = try releaseManifest(row.manifest)
        if row.revision == served?.revision { current = manifest }
      } catch {
        problems.append("release \(row.revision): \(error)")
      }
    }
    if served?.revision != rows.last?.revision { problems.append("the last release is not the current one") }
    guard let current else { return problems }
    var expected = current.experts
    let aliases = try Row.fetchAll(
      database,
      sql: """
        SELECT e.name, v.manifest FROM alias a JOIN expert e ON e.id = a.expert
        JOIN version v ON v.expert = a.expert AND v.number = a.number WHERE a.name = ?
        """, arguments: [AliasRecord.production])
    for alias in aliases {
      let name: String = try alias.value(0)
      if expected.removeValue(forKey: name) != (try alias.digest(1)) {
        problems.append("\(name):\(AliasRecord.production) is not where the release has it")
      }
    }
    return problems + expected.keys.sorted().map { "\($0):\(AliasRecord.production) is missing" }
  }

  private func blobProblems(_ database: Database, _ verification: inout Verification) throws -> ([String], Set<String>)
  {
    var problems: [String] = []
    var known: Set<String> = []
    let rows = try Row.fetchCursor(
      database, sql: "SELECT digest, bytes FROM blob WHERE purged IS NULL ORDER BY digest")
    while let row = try rows.next() {
      let (digest, expected): (Digest, Int) = (try row.digest(0), try row.value(1))
      known.insert(digest.hexadecimal)
      do {
        if let size = blobs.size(digest), size != expected {
          problems.append("\(digest): \(size) bytes, expected \(expected)")
          continue
        }
        let bytes = try blobs.verify(digest)
        verification.blobs += 1
        verification.bytes += bytes
      } catch {
        problems.append("\(error)")
      }
    }
    return (problems, known)
  }

  private func countStrays(except known: Set<String>, _ verification: inout Verification) {
    let strays =
      blobs.names().filter { !known.contains($0) }.map { blobs.folder.appendingPathComponent($0) } + blobs.leftovers()
    for stray in strays {
      var status = stat()
      guard lstat(stray.path, &status) == 0 else { continue }
      verification.strayFiles += 1
      verification.strayBytes += Int(status.st_size)
    }
  }
}
