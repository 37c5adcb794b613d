public import Foundation

/// A regular file, opened to be read: the one place where files that others wrote are opened.
///
/// A pipe instead of a file would block for ever when it is opened, and a device may never end. The file is opened without
/// blocking, and what is not a regular file is refused.
public final class RegularFile: @unchecked Sendable {
  /// The file as it was given.
  public let url: URL
  /// Its size in bytes when it was opened.
  public let size: Int
  /// It has been opened for reading and is closed with this object.
  public let descriptor: Int32

  /// What one read takes at most.
  private static let pieceBytes = 1 << 16

  /// - Throws: `FileError.notFound(path:)`; `FileError.notReadable(path:reason:)` for what is not a regular file, and where the system
  ///   refuses.
  public init(_ url: URL) throws {
    self.url = url
    // Regular files do not know O_NONBLOCK; a pipe is open at once with it, and a terminal does not become ours.
    descriptor = open(url.path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    guard descriptor >= 0 else {
      // Sockets and some devices cannot be opened at all; what they are says more than the system does.
      let code = errno
      if code == ENXIO, let kind = Self.kind(ofPath: url.path) { throw Self.notRegular(url, kind) }
      throw FileError.system(code, reading: url.path)
    }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      let code = errno
      close(descriptor)
      throw FileError.system(code, reading: url.path)
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw Self.notRegular(url, Self.kind(of: status.st_mode))
    }
    size = Int(status.st_size)
  }

  deinit { close(descriptor) }

  /// The next bytes; none at the end of the file.
  /// - Throws: `FileError.notReadable(path:reason:)` when the disk fails.
  public func next() throws -> [UInt8] { try Self.piece(of: descriptor, path: url.path) }

  /// The next bytes of an open file or pipe; none at its end.
  public static func piece(of descriptor: Int32, path: String) throws -> [UInt8] {
    while true {
      var code: Int32 = 0
      let piece = [UInt8](unsafeUninitializedCapacity: pieceBytes) { buffer, count in
        let got = read(descriptor, buffer.baseAddress, pieceBytes)
        count = max(got, 0)
        code = got < 0 ? errno : 0
      }
      if code == EINTR { continue }
      guard code == 0 else { throw FileError.system(code, reading: path) }
      return piece
    }
  }

  private static func notRegular(_ url: URL, _ kind: String) -> FileError {
    .notReadable(
      path: url.path,
      reason:
        kind.hasSuffix("folder")
        ? "not a regular file but \(kind). Name a file."
        : "not a regular file but \(kind). Write what it gives to a file and name that; where a command reads standard"
          + " input, it is called `-`.")
  }

  private static func kind(ofPath path: String) -> String? {
    var status = stat()
    return stat(path, &status) == 0 ? kind(of: status.st_mode) : nil
  }

  /// What a file is that is not a regular one, as messages call it.
  private static func kind(of mode: mode_t) -> String {
    switch mode & S_IFMT {
    case S_IFDIR: "a folder"
    case S_IFIFO: "a pipe (as `<(…)` gives one)"
    case S_IFCHR, S_IFBLK: "a device"
    case S_IFSOCK: "a socket"
    default: "something else"
    }
  }
}
