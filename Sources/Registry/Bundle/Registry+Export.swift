import AuditedDatabase
import Files
public import Foundation
import GRDB

extension Registry {
  /// What is in a bundle.
  public struct Bundle: Sendable, Codable, Equatable {
    /// `spam@2`: as they are called where the bundle was made, or where it was imported.
    public let versions: [String]
    public let blobs: Int
    public let bytes: Int
    /// Of an import: versions that were there already.
    public let known: [String]
    /// Of an import: versions that were forgotten here, or collected. Nothing of them was taken.
    public var purged: [String] = []
  }

  /// Writes versions into one file, a tar, with their metrics, verdicts, blobs and what the audit says of them.
  ///
  /// - Parameter versions: Which ones; those that they rest on go with them.
  /// - Parameter file: The bundle; it must not exist yet.
  /// - Throws: ``RegistryError``, `FileError`; no file is left then.
  @discardableResult
  public func export(_ versions: [VersionRecord], to file: URL) throws -> Bundle {
    let file = URL(fileURLWithPath: file.standardizedFileURL.path)
    guard !FolderFile.exists(file.lastPathComponent, in: file.deletingLastPathComponent()) else {
      throw RegistryError.invalid(
        what: file.path, got: "something that exists already", expected: "a file that is not there yet",
        fix: "Choose another name, or remove it.")
    }
    let content = try bundleContent(versions)
    let partial = Leftovers.partial(of: file)
    Leftovers.remove(of: file)
    do {
      let tar = try TarWriter(partial)
      try tar.add(BundleContent.file, try SealedJSON.encode(content))
      for blob in content.blobs {
        try tar.add("blobs/sha256/\(blob.digest.hexadecimal)", fileAt: try blobURL(blob.digest), bytes: blob.bytes)
      }
      try tar.finish()
      guard rename(partial.path, file.path) == 0 else { throw FileError.system(errno, writing: file.path) }
    } catch {
      unlink(partial.path)
      throw error
    }
    RegistryFolder.flush(file.deletingLastPathComponent())
    return Bundle(
      versions: content.versions.map { "\($0.record.reference)" }, blobs: content.blobs.count,
      bytes: content.blobs.reduce(0) { $0 + $1.bytes }, known: [])
  }

  private func bundleContent(_ versions: [VersionRecord]) throws -> BundleContent {
    var ordered: [VersionRecord] = []
    func visit(_ version: VersionRecord) throws {
      guard !ordered.contains(where: { $0.digest == version.digest }) else { return }
      let now = try self.version(digest: version.digest)
      guard now.state != .purged else { throw RegistryError.outOfUse(version: "\(now.reference)", state: now.state) }
      for needed in try manifest(of: now).restsOn { try visit(try self.version(digest: needed)) }
      if !ordered.contains(where: { $0.digest == version.digest }) { ordered.append(now) }
    }
    for version in versions { try visit(version) }
    let rows = try ordered.map {
      BundleContent.Version(record: $0, metrics: try metrics(of: $0), gates: try gates(of: $0))
    }
    var blobs: [Digest: BlobReference] = [:]
    for row in rows {
      let manifest = try manifest(of: row.record)
      let own = BlobReference(
        digest: row.record.digest, bytes: self.blobs.size(row.record.digest) ?? 0, media: Self.manifestMedia)
      for blob in [own] + manifest.parts.values + row.gates.map(\.report) { blobs[blob.digest] = blob }
    }
    let base = try base()
    let subjects = Set(ordered.map { "\($0.reference)" })
    return BundleContent(
      schema: BundleContent.currentSchema,
      base: BaseRecord(path: "", weights: base.weights, configuration: base.configuration, tokenizer: base.tokenizer),
      versions: rows, blobs: blobs.values.sorted { $0.digest.description < $1.digest.description },
      audit: try database.read { try entries($0) { subjects.contains($0.subject) } }, head: try auditHead(),
      digest: SealedJSON.blank)
  }
}
