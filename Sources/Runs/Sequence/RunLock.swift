import Files
package import Foundation
package import Records

/// Who works on a run: at most one process.
///
/// A lock of the operating system on the file `lock`, which ends with its process however that ends; the file says who holds it. A file
/// that nobody has locked was left by a killed process. On this host it means nothing. On a shared disk its process may live on another
/// host, whose lock is not always visible from here.
package final class RunLock {
  /// What the file says.
  struct Holder: Codable, Equatable {
    var process: Int32
    var host: String
    var since: String
  }

  private let descriptor: Int32
  private let url: URL

  /// The lock of a run.
  /// - Throws: `RunError.inUse(folder:by:fix:)`, `FileError`.
  package convenience init(_ folder: RunFolder) throws { try self.init(folder.lock, of: folder.url) }

  /// - Parameters:
  ///   - file: The lock file.
  ///   - folder: What it locks, for errors.
  /// - Throws: `RunError.inUse(folder:by:fix:)`, `FileError`.
  package init(_ file: URL, of folder: URL) throws {
    url = file
    descriptor = try Self.take(url, of: folder)
    do {
      let holder = Holder(
        process: getpid(), host: ProcessInfo.processInfo.hostName, since: Date().formatted(.iso8601))
      let data = try JSONFile.encode(holder, pretty: false)
      guard ftruncate(descriptor, 0) == 0,
        data.withUnsafeBytes({ pwrite(descriptor, $0.baseAddress, $0.count, 0) }) == data.count
      else { throw FileError.system(errno, writing: url.path) }
    } catch {
      unlink(url.path)
      close(descriptor)
      throw error
    }
  }

  deinit {
    // First the name, then the lock: whoever waits for the lock sees that the name is gone, and makes another file.
    unlink(url.path)
    close(descriptor)
  }

  private static func take(_ url: URL, of folder: URL) throws -> Int32 {
    // Another process may let go of the file between opening and locking it; then there is a new one to open.
    for _ in 0..<100 {
      let descriptor = open(url.path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o644)
      guard descriptor >= 0 else { throw FileError.system(errno, writing: url.path) }
      var kind = stat()
      guard fstat(descriptor, &kind) == 0, kind.st_mode & S_IFMT == S_IFREG else {
        close(descriptor)
        throw FileError.notWritable(path: url.path, reason: "not a regular file")
      }
      let taken = flock(descriptor, LOCK_EX | LOCK_NB) == 0
      let holder = read(descriptor)
      guard taken else {
        close(descriptor)
        throw RunError.inUse(
          folder: folder.path, by: describe(holder), fix: "Wait for it, or stop it with `kill -TERM`.")
      }
      var (here, there) = (stat(), stat())
      guard fstat(descriptor, &here) == 0, lstat(url.path, &there) == 0, here.st_ino == there.st_ino else {
        close(descriptor)
        continue
      }
      let host = ProcessInfo.processInfo.hostName
      if let holder, holder.host != host {
        close(descriptor)
        throw RunError.inUse(
          folder: folder.path, by: describe(holder),
          fix: "If that process is gone, remove \(url.path) and run the same command again.")
      }
      return descriptor
    }
    throw FileError.notWritable(path: url.path, reason: "other processes take it again and again")
  }

  /// Who a lock file says holds it, without a look at whether anybody does.
  package static func holder(_ file: URL) -> String {
    describe(try? JSONFile.read(Holder.self, from: file, limit: 4096))
  }

  private static func read(_ descriptor: Int32) -> Holder? {
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = pread(descriptor, &bytes, bytes.count, 0)
    return count > 0 ? try? JSONFile.decode(Holder.self, from: Data(bytes.prefix(count)), path: "lock") : nil
  }

  private static func describe(_ holder: Holder?) -> String {
    holder.map { "process \($0.process) on \($0.host), since \($0.since)" } ?? "another process"
  }
}
