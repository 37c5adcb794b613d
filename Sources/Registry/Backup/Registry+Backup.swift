public import AuditedDatabase
import Files
public import Foundation
import GRDB

/// What a backup says of itself: `backup.json` in its folder.
public struct BackupRecord: Sendable, Codable, Equatable {
  static let file = "backup.json"
  static let currentSchema = 1

  public let schema: Int
  public let created: Date
  /// Where the audit stood.
  public let audit: AuditHead
  public let blobs: Int
  public let bytes: Int
}

extension Registry {
  /// Copies the registry as it is at one moment, while others go on writing. Blobs are hard links where the folder lies on the same disk,
  /// copies otherwise.
  ///
  /// - Parameter folder: The backup's; it must not exist yet.
  /// - Throws: ``RegistryError``, `FileError`; nothing is left of it then.
  @discardableResult
  public func backup(to folder: URL) throws -> BackupRecord {
    let folder = URL(fileURLWithPath: folder.standardizedFileURL.path)
    try RegistryFolder.make(folder.deletingLastPathComponent())
    // Nobody removes blobs while they are copied. A process that may not write here cannot keep others from it, and says so if one was removed.
    let lock = database.access == .writing ? try FileLock(url.appendingPathComponent(RegistryFolder.lock)) : nil
    try RegistryError.translating { try lock?.take(waiting: 60, shared: true) }
    defer { lock?.letGo() }
    return try Self.newFolder(folder) { new in
      let copy = new.appendingPathComponent(RegistryFolder.database)
      try database.outsideOfTransaction { try $0.execute(sql: "VACUUM INTO ?", arguments: [copy.path]) }
      try RegistryFolder.flush(file: copy)
      let store = BlobStore(in: new)
      try store.make()
      let (head, rows) = try RegistryDatabase.translated(copy.path) {
        var configuration = Configuration()
        configuration.readonly = true
        let queue = try DatabaseQueue(path: copy.path, configuration: configuration)
        return try queue.read { database in
          (
            try Audit.head(database),
            try Row.fetchAll(database, sql: "SELECT digest, bytes FROM blob WHERE purged IS NULL").map {
              (digest: try $0.digest(0), bytes: try $0.value(1) as Int)
            }
          )
        }
      }
      guard let head else { throw RegistryError.damaged(path: database.path, reason: "it has no audit") }
      var bytes = 0
      for row in rows {
        let size = blobs.size(row.digest)
        // What is not a file, or one of another length, is not a backup of anything; all bytes are looked at by `verify` and `restore`.
        guard size == nil || size == row.bytes else {
          throw RegistryError.damaged(
            path: blobs.url(row.digest).path, reason: "it has \(size ?? 0) bytes, and its row says \(row.bytes)")
        }
        bytes += try store.take(row.digest, from: blobs)
      }
      RegistryFolder.flush(store.folder)
      let record = BackupRecord(
        schema: BackupRecord.currentSchema,
        created: Date(timeIntervalSince1970: clock().timeIntervalSince1970.rounded()),
        audit: head, blobs: rows.count, bytes: bytes)
      try JSONFile.write(record, to: new.appendingPathComponent(BackupRecord.file))
      return record
    }
  }

  /// Makes a registry of a backup, and verifies all of it before it is there.
  ///
  /// - Parameter backup: The backup's folder, which stays as it is.
  /// - Parameter folder: The registry's; it must not exist yet.
  /// - Throws: ``RegistryError``, `FileError`; nothing is left of it then.
  @discardableResult
  public static func restore(from backup: URL, to folder: URL) throws -> Verification {
    let backup = URL(fileURLWithPath: backup.standardizedFileURL.path)
    let folder = URL(fileURLWithPath: folder.standardizedFileURL.path)
    guard RegistryFolder.holdsRegistry(backup) else { throw RegistryError.notARegistry(path: backup.path) }
    let record = try JSONFile.read(
      BackupRecord.self, from: try FolderFile.url(BackupRecord.file, in: backup), limit: 1 << 16)
    guard record.schema <= BackupRecord.currentSchema else {
      throw RegistryError.newerSchema(path: backup.path, found: record.schema, known: BackupRecord.currentSchema)
    }
    try RegistryFolder.make(folder.deletingLastPathComponent())
    try NetworkFileSystem.refuse(folder.deletingLastPathComponent())
    return try newFolder(folder) { new in
      let (source, store) = (BlobStore(in: backup), BlobStore(in: new))
      try store.make()
      let copy = new.appendingPathComponent(RegistryFolder.database)
      try FileCopy.copy(try FolderFile.url(RegistryFolder.database, in: backup), to: copy, mode: 0o644)
      for name in source.names() {
        guard let digest = Digest("sha256:" + name) else { continue }
        try FileCopy.copy(source.url(digest), to: store.url(digest), mode: 0o444)
      }
      RegistryFolder.flush(store.folder)
      let registry = try open(new, access: .writing)
      try registry.verifyAudit(head: record.audit.hash)
      let verification = try registry.verify()
      try registry.close()
      guard let failure = verification.failures.first else { return verification }
      throw RegistryError.invalid(
        what: backup.path,
        got: "damaged \(failure.what): \(failure.found.replacing(new.path, with: backup.path))",
        expected: "a backup that is whole", fix: "Take an earlier backup.")
    }
  }

  /// A folder that is there whole or not at all.
  static func newFolder<Result>(_ folder: URL, fill: (URL) throws -> Result) throws -> Result {
    do {
      return try NewFolder.make(folder, fill: fill)
    } catch FileError.alreadyExists(let path) {
      throw RegistryError.invalid(
        what: path, got: "something that exists already", expected: "a folder that is not there yet",
        fix: "Choose another one, or remove it.")
    }
  }
}

extension BlobStore {
  /// Takes a blob from another store by a hard link, or a copy where that lies on another disk; its size.
  func take(_ digest: Digest, from source: BlobStore) throws -> Int {
    let (from, to) = (source.url(digest).path, url(digest).path)
    guard source.size(digest) != nil else {
      throw access(from, F_OK) == 0
        ? RegistryError.damaged(path: from, reason: "it is not a file") : RegistryError.blobMissing(digest, path: from)
    }
    if link(from, to) != 0 {
      let code = errno
      guard code != ENOENT else { throw RegistryError.blobMissing(digest, path: from) }
      guard code == EXDEV || code == EPERM || code == EMLINK || code == EOPNOTSUPP else {
        throw FileError.system(code, writing: to)
      }
      try FileCopy.copy(source.url(digest), to: url(digest), mode: 0o444)
    }
    return size(digest) ?? 0
  }
}

/// Copies of files, durable, with the time of the original.
enum FileCopy {
  static func copy(_ source: URL, to target: URL, mode: mode_t) throws {
    let file = try RegularFile(source)
    let descriptor = open(target.path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw FileError.system(errno, writing: target.path) }
    defer { close(descriptor) }
    while true {
      let piece = try file.next()
      if piece.isEmpty { break }
      try piece.withUnsafeBytes { try AtomicFile.writeAll($0, to: descriptor, path: target.path) }
    }
    var status = stat()
    guard fstat(file.descriptor, &status) == 0 else { throw FileError.system(errno, reading: source.path) }
    let times = [status.st_atim, status.st_mtim]
    guard futimens(descriptor, times) == 0, fchmod(descriptor, mode) == 0, fsync(descriptor) == 0 else {
      throw FileError.system(errno, writing: target.path)
    }
  }
}
