import Files
package import Foundation

/// A lock of the operating system on a file; it ends with its process however that ends. The file stays.
package final class FileLock: Sendable {
  /// Of the open file.
  package let descriptor: Int32
  private let path: String

  /// Opens the file, without locking it.
  /// - Throws: `FileError`.
  package init(_ url: URL) throws {
    path = url.path
    descriptor = open(url.path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o644)
    guard descriptor >= 0 else { throw FileError.system(errno, writing: url.path) }
    var kind = stat()
    guard fstat(descriptor, &kind) == 0, kind.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw FileError.notWritable(path: url.path, reason: "not a regular file")
    }
  }

  deinit { close(descriptor) }

  /// Takes it, waiting for others at most `seconds`.
  ///
  /// - Parameter seconds: How long; 0 does not wait.
  /// - Parameter shared: Whether others may hold it in the same way.
  /// - Throws: ``AuditedDatabaseError/locked(path:by:)``.
  package func take(waiting seconds: Double, shared: Bool = false) throws {
    let end = Date().timeIntervalSince1970 + seconds
    var pause: UInt32 = 200
    while flock(descriptor, (shared ? LOCK_SH : LOCK_EX) | LOCK_NB) != 0 {
      let code = errno
      guard code == EWOULDBLOCK || code == EINTR else { throw FileError.system(code, writing: path) }
      guard Date().timeIntervalSince1970 < end else { throw AuditedDatabaseError.locked(path: path, by: holder) }
      // A little by chance, so that those who wait do not ask all at once.
      usleep(pause + UInt32.random(in: 0...pause))
      pause = min(pause * 2, 5000)
    }
  }

  /// Lets go of it.
  package func letGo() { flock(descriptor, LOCK_UN) }

  /// Who holds it, as the system knows.
  private var holder: String {
    var status = stat()
    guard fstat(descriptor, &status) == 0, let text = try? String(contentsOfFile: "/proc/locks", encoding: .utf8) else {
      return "another process"
    }
    for line in text.split(separator: "\n") where line.contains("FLOCK") {
      let fields = line.split(separator: " ")
      if fields.count > 5, fields[5].hasSuffix(":\(status.st_ino)"), let process = Int(fields[4]), process > 0 {
        return "process \(process)"
      }
    }
    return "another process"
  }
}

/// The queue of all who write.
package final class WriteLock: Sendable {
  /// Longer than any write takes, also behind many others.
  private static let patience = 60.0

  private let lock: FileLock?

  /// - Parameter access: Who only reads makes no file.
  package init(_ url: URL, access: AuditedDatabase.Access) throws { lock = access == .writing ? try FileLock(url) : nil }

  /// Runs a body while nobody else writes.
  package func held<Result>(_ body: () throws -> Result) throws -> Result {
    try lock?.take(waiting: Self.patience)
    defer { lock?.letGo() }
    return try body()
  }
}
