import CoreFoundation
import Crypto
import Files
public import Foundation

/// The secret that signs the page's sessions: 32 random bytes in a file of the registry's folder that only its owner may read.
///
/// It belongs to this folder and travels neither in a backup nor in an export: these take the database and blobs, and nothing else. Where the
/// file is removed, a new secret is made at the next start, and everybody logs in again.
public struct PageSecret: Sendable {
  static let folder = "secrets"
  static let file = "page.key"
  private static let size = 32

  let key: SymmetricKey

  /// A secret of this process alone: its sessions end with it.
  public init() { key = SymmetricKey(size: .bits256) }

  /// Reads a registry's secret, and makes it if there is none.
  ///
  /// - Parameter registry: The registry's folder.
  /// - Throws: `FileError`: it cannot be read or made, others may read it, or it is not a secret.
  public init(of registry: URL) throws {
    let path = registry.appendingPathComponent(Self.folder, isDirectory: true).path
    guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw FileError.system(errno, writing: path) }
    let folder = try FolderFile.url(Self.folder, in: registry)
    if !FolderFile.exists(Self.file, in: folder) { try Self.make(in: folder) }
    key = try Self.read(try FolderFile.url(Self.file, in: folder))
  }

  /// Keys for different uses, so that what one signs is worth nothing where the other is asked for.
  func key(for use: String) -> SymmetricKey {
    HKDF<SHA256>.deriveKey(inputKeyMaterial: key, info: Data("accrete page \(use)".utf8), outputByteCount: Self.size)
  }

  /// Writes a secret under another name first: another server that starts at the same time must not read half of it, and the one that is
  /// second takes the first one's.
  private static func make(in folder: URL) throws {
    let url = folder.appendingPathComponent(file, isDirectory: false)
    let partial = Leftovers.partial(of: url)
    unlink(partial.path)
    let descriptor = open(partial.path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw FileError.system(errno, writing: url.path) }
    defer { unlink(partial.path) }
    do {
      try SymmetricKey(size: .bits256).withUnsafeBytes {
        try AtomicFile.writeAll($0, to: descriptor, path: url.path)
      }
      guard fsync(descriptor) == 0 else { throw FileError.system(errno, writing: url.path) }
    } catch {
      close(descriptor)
      throw error
    }
    guard close(descriptor) == 0 else { throw FileError.system(errno, writing: url.path) }
    guard link(partial.path, url.path) == 0 || errno == EEXIST else { throw FileError.system(errno, writing: url.path) }
  }

  private static func read(_ url: URL) throws -> SymmetricKey {
    let file = try RegularFile(url)
    let remedy = "Remove it: a new one is made, and whoever uses the page logs in again."
    var status = stat()
    guard fstat(file.descriptor, &status) == 0 else { throw FileError.system(errno, reading: url.path) }
    guard status.st_mode & 0o077 == 0 else {
      throw FileError.notReadable(
        path: url.path,
        reason:
          "others than its owner may read or write it (mode \(String(status.st_mode & 0o777, radix: 8)), expected 600). \(remedy)"
      )
    }
    let bytes = file.size == size ? try file.next() : []
    guard bytes.count == size else {
      throw FileError.notReadable(
        path: url.path, reason: "it has \(file.size) bytes, and a secret has \(size). \(remedy)")
    }
    return SymmetricKey(data: bytes)
  }
}
