import CFaults
import Foundation

/// Processes for one piece of work each. They are made before this one has started any thread, and never return.
enum Child {
  /// How one ended.
  enum End: Equatable {
    case exit(Int32)
    case signal(Int32)
  }

  /// Runs a body in a process of its own, and waits for its end.
  static func run(_ body: () throws -> Void) -> End { wait(start(body)) }

  /// Starts a body in a process of its own.
  static func start(_ body: () throws -> Void) -> Int32 {
    let child = faults_fork()
    guard child == 0 else { return child }
    do {
      try body()
    } catch {
      FileHandle.standardError.write(Data("\(error)\n".utf8))
      _exit(3)
    }
    _exit(0)
  }

  static func wait(_ child: Int32) -> End {
    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0, errno == EINTR {}
    let signal = status & 0x7F
    return signal == 0 ? .exit((status >> 8) & 0xFF) : .signal(signal)
  }

  /// A small text that a process hands over in a file.
  static func take(_ file: URL) -> String { (try? String(contentsOf: file, encoding: .utf8)) ?? "" }

  static func give(_ text: String, _ file: URL) throws { try Data(text.utf8).write(to: file) }
}

/// A copy of a registry: blobs are hard links.
enum Copy {
  static func make(_ source: URL, _ target: URL) throws {
    let manager = FileManager.default
    try? manager.removeItem(at: target)
    try manager.createDirectory(at: target.appendingPathComponent("blobs/sha256"), withIntermediateDirectories: true)
    try manager.createDirectory(at: target.appendingPathComponent("blobs/tmp"), withIntermediateDirectories: true)
    for name in ["registry.sqlite", "registry.sqlite-wal"] {
      let file = source.appendingPathComponent(name)
      if manager.fileExists(atPath: file.path) {
        try manager.copyItem(at: file, to: target.appendingPathComponent(name))
      }
    }
    let blobs = source.appendingPathComponent("blobs/sha256")
    for name in try manager.contentsOfDirectory(atPath: blobs.path) {
      try manager.linkItem(
        at: blobs.appendingPathComponent(name), to: target.appendingPathComponent("blobs/sha256/\(name)"))
    }
  }
}
