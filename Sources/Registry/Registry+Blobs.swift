import AuditedDatabase
public import Files
public import Foundation
import GRDB

extension Registry {
  /// Stores bytes as a blob, durably. Nothing names it yet: ``register(_:metrics:gate:actor:)`` and
  /// ``publish(_:kind:expecting:override:reason:actor:)`` do, and what they do not name `registry gc` removes: after ten minutes where
  /// nobody learns or imports, else after a day.
  ///
  /// - Parameter data: The bytes.
  /// - Parameter media: Their media type.
  /// - Throws: `FileError`; nothing is left then.
  public func addBlob(_ data: Data, media: String) throws -> BlobReference {
    try requireWriting()
    return try blobs.add(data, media: media)
  }

  /// Stores a copy of a file as a blob, durably.
  ///
  /// - Parameter url: The file.
  /// - Parameter media: Its media type.
  /// - Throws: `FileError`; nothing is left then.
  public func addBlob(fileAt url: URL, media: String) throws -> BlobReference {
    try requireWriting()
    return try blobs.add(fileAt: url, media: media)
  }

  /// Stores bytes compressed, as gzip. The reference is that of the compressed bytes; equal bytes give an equal one.
  ///
  /// - Parameter data: The bytes.
  /// - Parameter media: Their media type; `+gzip` is put behind it.
  /// - Throws: `FileError`; nothing is left then.
  public func addPackedBlob(_ data: Data, media: String) throws -> BlobReference {
    try addBlob(Gzip.packed(data), media: media + "+gzip")
  }

  /// The bytes of a blob, which are those that its name says.
  ///
  /// - Parameter digest: The blob's name.
  /// - Throws: ``RegistryError``: missing, purged, changed.
  public func blob(_ digest: Digest) throws -> Data {
    try explained(digest) {
      try requireSize(digest)
      return try blobs.read(digest)
    }
  }

  /// The bytes that ``addPackedBlob(_:media:)`` was given.
  ///
  /// - Parameter digest: The compressed blob's name.
  /// - Throws: ``RegistryError``.
  public func unpackedBlob(_ digest: Digest) throws -> Data {
    do {
      let packed = try blob(digest)
      // A small file may claim to be a very large one.
      return try Gzip.unpacked(packed, limit: (256 << 20) + 8 * packed.count)
    } catch let failure as Gzip.Failure {
      throw RegistryError.damaged(path: blobs.url(digest).path, reason: "not gzip: \(failure.reason)")
    }
  }

  /// Where a blob lies, for callers that map it into memory; its bytes are those that its name says.
  ///
  /// - Parameter digest: The blob's name.
  /// - Throws: ``RegistryError``: missing, purged, changed.
  public func blobURL(_ digest: Digest) throws -> URL {
    try explained(digest) {
      try requireSize(digest)
      try blobs.verify(digest)
    }
    return blobs.url(digest)
  }

  /// How many bytes a blob has; its bytes are not looked at.
  ///
  /// - Parameter digest: The blob's name.
  /// - Throws: ``RegistryError``: missing, purged.
  public func blobSize(_ digest: Digest) throws -> Int {
    try explained(digest) {
      guard let size = blobs.size(digest) else {
        throw RegistryError.blobMissing(digest, path: blobs.url(digest).path)
      }
      return size
    }
  }

  /// A file of another size than its row says is not read to its end to find that out. What has no row yet is read.
  private func requireSize(_ digest: Digest) throws {
    guard let size = blobs.size(digest) else { return }
    let expected = try database.read {
      try Int.fetchOne($0, sql: "SELECT bytes FROM blob WHERE digest = ?", arguments: [digest.bytes])
    }
    guard let expected, expected != size else { return }
    throw RegistryError.damaged(
      path: blobs.url(digest).path, reason: "it has \(size) bytes, and its row says \(expected)")
  }

  /// Removes blobs that this process added and that nothing names: what failed leaves nothing behind.
  public func discard(_ added: [BlobReference]) {
    for blob in added {
      let isNamed = try? database.read {
        try Bool.fetchOne(
          $0, sql: "SELECT count(*) > 0 FROM blob WHERE digest = ? AND purged IS NULL",
          arguments: [blob.digest.bytes])
      }
      if isNamed == false { try? blobs.remove(blob.digest) }
    }
  }

  /// Says, by its row, whether a missing blob was purged.
  @discardableResult
  private func explained<Result>(_ digest: Digest, _ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch RegistryError.blobMissing(let digest, let path) {
      let purged = try database.read {
        try Bool.fetchOne($0, sql: "SELECT purged IS NOT NULL FROM blob WHERE digest = ?", arguments: [digest.bytes])
      }
      throw purged == true ? RegistryError.blobPurged(digest, path: path) : .blobMissing(digest, path: path)
    }
  }

  func requireWriting() throws {
    guard database.access == .writing else { throw RegistryError.readingOnly(path: url.path) }
  }

  /// Writes the row of a blob whose file is there; fine where it has one.
  func name(_ blob: BlobReference, in ledger: inout Ledger) throws {
    guard let size = blobs.size(blob.digest) else {
      throw RegistryError.blobMissing(blob.digest, path: blobs.url(blob.digest).path)
    }
    guard size == blob.bytes else {
      throw RegistryError.invalid(
        what: "blob \(blob.digest)", got: "\(blob.bytes) bytes", expected: "\(size), as its file has",
        fix: "Use the reference that addBlob gave.")
    }
    let row = try Row.fetchOne(
      try ledger.database.cachedStatement(sql: "SELECT purged FROM blob WHERE digest = ?"),
      arguments: [blob.digest.bytes])
    guard let row else {
      try ledger.insert(
        .blob,
        ["digest": blob.digest.bytes, "bytes": blob.bytes, "media": blob.media, "created": ledger.at, "purged": nil])
      return
    }
    if !row.hasNull(atIndex: 0) {
      try ledger.update(.blob, ["purged": nil, "created": ledger.at], where: ["digest": blob.digest.bytes])
    }
  }
}
