import Foundation

/// A disk of a size that a test chooses; it needs the right to mount one.
final class SmallDisk {
  let url: URL

  /// Nil where mounting is not allowed.
  init?(kilobytes: Int, files: Int = 1000) throws {
    url = FileManager.default.temporaryDirectory.appendingPathComponent("accrete-disk-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    guard Self.call(["mount", "-t", "tmpfs", "-o", "size=\(kilobytes)k,nr_inodes=\(files + 1)", "tmpfs", url.path])
    else {
      try? FileManager.default.removeItem(at: url)
      return nil
    }
  }

  deinit {
    _ = Self.call(["umount", "-l", url.path])
    try? FileManager.default.removeItem(at: url)
  }

  func grow(kilobytes: Int) -> Bool { Self.call(["mount", "-o", "remount,size=\(kilobytes)k", url.path]) }

  private static func call(_ arguments: [String]) -> Bool {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = arguments
    process.standardError = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
  }

  static let canBeMade = (try? SmallDisk(kilobytes: 64)) != nil
}
