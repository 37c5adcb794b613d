import AuditedDatabase
import Files
import Foundation
import Synchronization

/// Says that a process learns; others wait or are refused. Held by one object of one process; let go by ``release()``, with the object, or
/// when the process ends however that ends.
public final class LearningLock: Sendable {
  /// Who holds it.
  public struct Holder: Codable, Sendable, Equatable {
    public let process: Int32
    public let host: String
    public let since: String
    /// The task that is learned, or what else is done meanwhile.
    public let learns: String

    var text: String { "process \(process) on \(host), at work on \(learns) since \(since)" }
  }

  private let lock: FileLock
  private let isHeld = Mutex(true)

  init(_ url: URL, name: String, waiting seconds: Double) throws {
    let lock = try FileLock(url)
    do {
      try RegistryError.translating { try lock.take(waiting: seconds) }
    } catch RegistryError.locked(let path, let by) {
      throw RegistryError.locked(path: path, by: Self.holder(url)?.text ?? by)
    }
    let holder = Holder(
      process: getpid(), host: ProcessInfo.processInfo.hostName, since: Date().formatted(.iso8601), learns: name)
    let data = try JSONFile.encode(holder, pretty: false)
    guard ftruncate(lock.descriptor, 0) == 0,
      data.withUnsafeBytes({ pwrite(lock.descriptor, $0.baseAddress, $0.count, 0) }) == data.count
    else { throw FileError.system(errno, writing: url.path) }
    self.lock = lock
  }

  /// Lets go of it before the object ends.
  public func release() {
    isHeld.withLock { held in
      // Once: afterwards the file may say who holds it next.
      guard held else { return }
      held = false
      ftruncate(lock.descriptor, 0)
      lock.letGo()
    }
  }

  deinit { release() }

  /// Who a lock file says holds it.
  static func holder(_ url: URL) -> Holder? { try? JSONFile.read(Holder.self, from: url, limit: 4096) }
}
