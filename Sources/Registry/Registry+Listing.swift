import AuditedDatabase
import Files
import Foundation
import GRDB

extension Registry {
  /// All tasks by name, each with its released and its newest version and the main score.
  /// - Throws: ``RegistryError``.
  public func tasks() throws -> [TaskRecord] {
    try database.read { database in
      let marks = try Marks(database)
      let rows = try Row.fetchCursor(
        database,
        sql: """
          SELECT \(VersionRow.columns), l.newest, l.count FROM version v JOIN expert e ON e.id = v.expert
          JOIN (SELECT expert, max(number) AS newest, count(*) AS count FROM version GROUP BY expert) l ON l.expert = v.expert
          WHERE v.number = l.newest OR EXISTS (SELECT 1 FROM alias a WHERE a.expert = v.expert AND a.number = v.number
            AND a.name = '\(AliasRecord.production)')
          ORDER BY e.folded, v.number
          """)
      var tasks: [TaskRecord] = []
      // A task has one row, or that of the released version before that of the newest.
      var before: VersionRow?
      while let row = try rows.next() {
        let version = try VersionRow(row)
        guard version.record.number == (try row.value(13) as Int) else {
          before = version
          continue
        }
        let earlier = before?.expert == version.expert ? before : nil
        let released = marks.isReleased(version) ? version : earlier.flatMap { marks.isReleased($0) ? $0 : nil }
        let shown = released ?? version
        tasks.append(
          TaskRecord(
            name: version.record.name, released: released?.record, newest: version.record, versions: try row.value(14),
            score: marks.score(shown), verdict: marks.verdict(shown)))
      }
      return tasks
    }
  }

  /// All versions by name and number, each with its main score.
  /// - Throws: ``RegistryError``.
  public func listedVersions() throws -> [ListedVersion] {
    try database.read { database in
      let marks = try Marks(database)
      let before = try everReleased(database)
      return try VersionRow.all(database).map {
        ListedVersion(
          version: $0.record, score: marks.score($0), verdict: marks.verdict($0), isReleased: marks.isReleased($0),
          wasReleased: before.contains($0.record.digest))
      }
    }
  }

  /// The versions of all releases, the newest first, as far as their manifests are no more to read than a list may take.
  private func everReleased(_ database: Database) throws -> Set<Digest> {
    var (found, left) = (Set<Digest>(), 32 << 20)
    for release in try releases(database).reversed() {
      left -= blobs.size(release.manifest) ?? 0
      guard left >= 0 else { break }
      // What was collected, or is damaged, says nothing here; `registry verify` tells of it.
      if let manifest = try? releaseManifest(release.manifest) { found.formUnion(manifest.experts.values) }
    }
    return found
  }
}

/// What is said of versions in lists, read in one pass over each table.
private struct Marks {
  private struct Key: Hashable {
    let expert: Int
    let number: Int
  }

  private var scores: [Key: MetricRecord] = [:]
  private var verdicts: [Key: GateRecord.Verdict] = [:]
  private var released: Set<Key> = []

  init(_ database: Database) throws {
    func key(_ row: Row, _ column: Int) throws -> Key {
      Key(expert: try row.value(column), number: try row.value(column + 1))
    }
    let metrics = try Row.fetchCursor(
      database, sql: "SELECT name, task, value, low, high, n, expert, number FROM metric WHERE position = 0")
    while let row = try metrics.next() { scores[try key(row, 6)] = try MetricRecord(row) }
    let gates = try Row.fetchCursor(database, sql: "SELECT verdict, expert, number FROM gate ORDER BY id")
    while let row = try gates.next() { verdicts[try key(row, 1)] = try row.word(0, GateRecord.Verdict.self) }
    let aliases = try Row.fetchCursor(
      database, sql: "SELECT expert, number FROM alias WHERE name = ? AND number IS NOT NULL",
      arguments: [AliasRecord.production])
    while let row = try aliases.next() { released.insert(try key(row, 0)) }
  }

  private func key(_ row: VersionRow) -> Key { Key(expert: row.expert, number: row.record.number) }
  func score(_ row: VersionRow) -> MetricRecord? { scores[key(row)] }
  func verdict(_ row: VersionRow) -> GateRecord.Verdict? { verdicts[key(row)] }
  func isReleased(_ row: VersionRow) -> Bool { released.contains(key(row)) }
}
