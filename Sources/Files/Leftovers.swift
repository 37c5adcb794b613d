public import Foundation

/// What stopped processes have left of files and folders that they were making: `.NAME.PROCESS.partial`.
public enum Leftovers {
  /// The hidden name of what will be called like `url` when it is whole.
  public static func partial(of url: URL) -> URL {
    url.deletingLastPathComponent()
      .appendingPathComponent(".\(url.lastPathComponent).\(getpid())\(AtomicFile.partialSuffix)")
  }

  /// Removes what processes that have ended left of the same thing.
  public static func remove(of url: URL) {
    let (parent, start) = (url.deletingLastPathComponent(), ".\(url.lastPathComponent).")
    for name in (try? FileManager.default.contentsOfDirectory(atPath: parent.path)) ?? []
    where name.hasPrefix(start) && name.hasSuffix(AtomicFile.partialSuffix) {
      guard let process = pid_t(name.dropFirst(start.count).dropLast(AtomicFile.partialSuffix.count)), process > 0,
        process == getpid() || (kill(process, 0) != 0 && errno == ESRCH)
      else { continue }
      try? FileManager.default.removeItem(at: parent.appendingPathComponent(name))
    }
  }
}
