public import Files
public import Foundation
import GRDB

/// Task models for years: versions that never change, what of them is released, and who did what.
///
/// A folder: `registry.sqlite` has the rows, `blobs/sha256/` the bytes, each file named by its digest. Several processes may read and write
/// at once; a process that dies at any moment leaves an operation done or not done. It knows no model: what a version's blobs mean is
/// for others.
public final class Registry: Sendable {
  public enum Access: Sendable { case reading, writing }

  /// Makes a registry in a folder that is missing or empty.
  ///
  /// - Parameter url: the folder.
  /// - Parameter base: the base that all its versions are made on.
  /// - Parameter actor: who does it, for the audit.
  /// - Throws: ``RegistryError``, `FileError`; nothing is left of it then.
  public static func create(at url: URL, base: BaseRecord, actor: String) throws -> Registry { throw unwritten }
  /// - Throws: ``RegistryError``: not a registry, a newer schema, a network file system.
  public static func open(_ url: URL, access: Access = .writing) throws -> Registry { throw unwritten }

  public var url: URL { URL(fileURLWithPath: "") }
  public func base() throws -> BaseRecord { throw Self.unwritten }
  public func setBasePath(_ path: String, actor: String) throws { throw Self.unwritten }
  /// Requires that a base is the registry's, by its digests.
  public func requireBase(weights: Digest, tokenizer: Digest, at path: String) throws { throw Self.unwritten }

  // Blobs
  public func addBlob(_ data: Data, media: String) throws -> BlobReference { throw Self.unwritten }
  public func addBlob(fileAt url: URL, media: String) throws -> BlobReference { throw Self.unwritten }
  /// The same compressed (gzip); ``unpackedBlob(_:)`` gives the data back. The reference is that of the compressed bytes.
  public func addPackedBlob(_ data: Data, media: String) throws -> BlobReference { throw Self.unwritten }
  public func unpackedBlob(_ digest: Digest) throws -> Data { throw Self.unwritten }
  public func blob(_ digest: Digest) throws -> Data { throw Self.unwritten }
  public func blobURL(_ digest: Digest) throws -> URL { throw Self.unwritten }

  // Versions
  public func register(_ manifest: VersionManifest, metrics: [MetricRecord], gate: GateRecord?, actor: String) throws
    -> VersionRecord
  { throw Self.unwritten }
  /// Another verdict on a version that is there: an override.
  public func addGate(_ gate: GateRecord, to version: VersionRecord, actor: String) throws { throw Self.unwritten }
  /// `spam` is the released version; ``RegistryError/notReleased(name:newest:)`` where there is none.
  public func version(_ reference: VersionReference) throws -> VersionRecord { throw Self.unwritten }
  public func version(digest: Digest) throws -> VersionRecord { throw Self.unwritten }
  public func newestVersion(named name: String) throws -> VersionRecord? { throw Self.unwritten }
  public func versions(named name: String? = nil) throws -> [VersionRecord] { throw Self.unwritten }
  public func tasks() throws -> [TaskRecord] { throw Self.unwritten }
  public func manifest(of version: VersionRecord) throws -> VersionManifest { throw Self.unwritten }
  public func metrics(of version: VersionRecord) throws -> [MetricRecord] { throw Self.unwritten }
  public func gates(of version: VersionRecord) throws -> [GateRecord] { throw Self.unwritten }
  /// Versions that are not out of use and rest on one of a task's.
  public func dependents(of name: String) throws -> [VersionRecord] { throw Self.unwritten }
  /// Refuses a name for a new version that is not plain, or differs from a registered one only by case.
  public func requireUsableName(_ name: String) throws { throw Self.unwritten }

  // Releases
  public func currentRelease() throws -> (record: ReleaseRecord, manifest: ReleaseManifest)? { throw Self.unwritten }
  public func release(revision: Int) throws -> (record: ReleaseRecord, manifest: ReleaseManifest) {
    throw Self.unwritten
  }
  public func releases() throws -> [ReleaseRecord] { throw Self.unwritten }
  /// Compare-and-swap: `expecting` is the revision of the current release, `nil` while there is none.
  public func publish(
    _ manifest: ReleaseManifest, kind: ReleaseRecord.Kind, expecting: Int?, reason: String?, actor: String
  ) throws -> ReleaseRecord { throw Self.unwritten }
  public func rollback(to revision: Int?, reason: String?, actor: String) throws -> ReleaseRecord {
    throw Self.unwritten
  }

  // Aliases
  public func aliases(of name: String) throws -> [AliasRecord] { throw Self.unwritten }
  /// `expecting`: the alias's revision, `nil` for one that was never set.
  public func setAlias(
    _ alias: String, of name: String, to number: Int, expecting: Int?, reason: String?, actor: String
  ) throws -> AliasRecord { throw Self.unwritten }
  public func removeAlias(_ alias: String, of name: String, expecting: Int, reason: String?, actor: String) throws {
    throw Self.unwritten
  }

  // Forgetting
  /// `publishing`: the release without the task; `nil` where the current release does not have it.
  public func forget(
    _ name: String, publishing: ReleaseManifest?, expecting: Int?, now: Bool, reason: String?, actor: String
  ) throws -> Forgotten { throw Self.unwritten }
  public struct Forgotten: Sendable, Codable, Equatable {
    public let name: String
    public let versions: [Int]
    public let release: ReleaseRecord?
    public let purgedBlobs: Int
    public let purgedBytes: Int
  }

  // Learning
  /// Who learns: one process at a time. `waiting`: seconds to wait for another one; 0 refuses at once.
  public func lockForLearning(name: String, waiting seconds: Double = 0) throws -> LearningLock { throw Self.unwritten }

  static var unwritten: RegistryError { .database(path: "", reason: "not written yet") }
}

/// Held by one process; let go by ``release()``, with this object, or when the process ends however that ends.
public final class LearningLock: Sendable {
  public func release() {}
}
