import Files
import Foundation
import GRDB

extension Registry {
  /// A release, and what it changed of the one before.
  public struct ReleaseChange: Sendable, Codable, Equatable {
    public let release: ReleaseRecord
    /// `spam@1`.
    public internal(set) var added: [String] = []
    /// `spam@1 → spam@2`.
    public internal(set) var changed: [String] = []
    public internal(set) var removed: [String] = []
    public internal(set) var isRouterChanged = false
    /// Methods whose state is another.
    public internal(set) var states: [String] = []
    /// How many tasks it has.
    public let tasks: Int
  }

  /// Releases with what each changed of the one before, the newest last.
  ///
  /// - Parameter last: How many of the last ones.
  /// - Throws: ``RegistryError``, `FileError`.
  public func history(last: Int = .max) throws -> [ReleaseChange] {
    try database.read { database in
      let names = try versionNames(database)
      let all = try releases(database)
      let wanted = all.suffix(max(last, 0))
      var before = try all.dropLast(wanted.count).last.map { try releaseManifest($0.manifest) }
      return try wanted.map { record in
        let manifest = try releaseManifest(record.manifest)
        defer { before = manifest }
        return Self.change(record, manifest, after: before, names)
      }
    }
  }

  /// `spam@1` of each manifest's digest.
  func versionNames(_ database: Database) throws -> [Digest: String] {
    try Dictionary(
      VersionRow.all(database).map { ($0.record.digest, "\($0.record.reference)") }, uniquingKeysWith: { one, _ in one }
    )
  }

  static func change(
    _ record: ReleaseRecord, _ manifest: ReleaseManifest, after before: ReleaseManifest?, _ names: [Digest: String]
  ) -> ReleaseChange {
    var change = ReleaseChange(release: record, tasks: manifest.experts.count)
    let old = before?.experts ?? [:]
    func name(_ digest: Digest) -> String { names[digest] ?? digest.description }
    for (task, digest) in manifest.experts.sorted(by: { $0.key < $1.key }) {
      switch old[task] {
      case nil: change.added.append(name(digest))
      case digest: break
      case let earlier?: change.changed.append("\(name(earlier)) → \(name(digest))")
      }
    }
    for (task, digest) in old.sorted(by: { $0.key < $1.key }) where manifest.experts[task] == nil {
      change.removed.append(name(digest))
    }
    change.isRouterChanged = manifest.router != before?.router
    let methods = Set(manifest.state.keys).union((before?.state ?? [:]).keys)
    change.states = methods.filter { manifest.state[$0] != before?.state[$0] }.sorted()
    return change
  }
}
