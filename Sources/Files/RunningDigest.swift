import Crypto
public import Foundation

/// SHA-256 of bytes that come one piece after the other.
public struct RunningDigest: Sendable {
  private var hasher = SHA256()
  /// Bytes so far.
  public private(set) var bytes: UInt64 = 0

  /// Of nothing.
  public init() {}

  /// Of the beginning of a file, which is not mapped: another process may be cutting it.
  ///
  /// - Parameters:
  ///   - count: How many bytes; those that there are, if it has fewer.
  ///   - url: The file.
  /// - Throws: ``FileError``.
  public init(ofFirst count: UInt64, in url: URL) throws {
    // A pipe in the file's place is opened without waiting for who writes to it.
    let descriptor = open(url.path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw FileError.system(errno, reading: url.path) }
    let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw FileError.notReadable(path: url.path, reason: "not a regular file")
    }
    while bytes < count {
      let piece: Data?
      do {
        piece = try handle.read(upToCount: Int(min(count - bytes, 1 << 20)))
      } catch {
        throw FileError.notReadable(path: url.path, reason: error.localizedDescription)
      }
      guard let piece, !piece.isEmpty else { return }
      update(piece)
    }
  }

  public mutating func update(_ data: Data) {
    hasher.update(data: data)
    bytes += UInt64(data.count)
  }

  /// The digest of everything so far.
  public var digest: Digest { Digest(hash: hasher.finalize()) }
}
