import CoreFoundation
import Files
import Foundation

/// A file that lines are added to. When it is full it is renamed to `NAME.1`, that to `NAME.2` and so on, and the oldest is removed.
///
/// One thread at a time may use it.
struct RotatedFile: ~Copyable {
  let url: URL
  /// How large it becomes.
  let limit: Int
  /// How many older ones are kept.
  let kept: Int

  private var descriptor: Int32 = -1
  private var size = 0

  init(_ url: URL, limit: Int, kept: Int) { (self.url, self.limit, self.kept) = (url, max(limit, 1), max(kept, 0)) }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Adds whole lines. After an error none of them is in the file, and it is opened again for the next ones.
  /// - Throws: `FileError`.
  mutating func add(_ lines: [UInt8]) throws {
    do {
      if descriptor >= 0, !isStillThere { shut() }
      if descriptor < 0 { try begin() }
      if size > 0, lines.count > limit - size { try rotate() }
      try lines.withUnsafeBytes { try AtomicFile.writeAll($0, to: descriptor, path: url.path) }
      size += lines.count
    } catch {
      // A part of a line would spoil the next one, too.
      if descriptor >= 0 { _ = ftruncate(descriptor, off_t(size)) }
      shut()
      throw error
    }
  }

  /// Whether the name still leads to the open file: an administrator, or a program that rotates logs, may have moved it away.
  private var isStillThere: Bool {
    var (named, opened) = (stat(), stat())
    return stat(url.path, &named) == 0 && fstat(descriptor, &opened) == 0 && named.st_ino == opened.st_ino
      && named.st_dev == opened.st_dev
  }

  private mutating func begin() throws {
    // What waits to be read, as a pipe, would block; a link may lead anywhere.
    let flags = O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY
    let opened = open(url.path, flags, 0o600)
    guard opened >= 0 else { throw FileError.system(errno, writing: url.path) }
    var status = stat()
    guard fstat(opened, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(opened)
      throw FileError.notWritable(
        path: url.path, reason: "not a regular file. Name a file, or one that does not exist yet.")
    }
    (descriptor, size) = (opened, Int(status.st_size))
    // A process that was killed may have left a line without an end.
    var last: UInt8 = 0
    if size > 0, pread(opened, &last, 1, off_t(size - 1)) == 1, last != UInt8(ascii: "\n") {
      try [UInt8(ascii: "\n")].withUnsafeBytes { try AtomicFile.writeAll($0, to: opened, path: url.path) }
      size += 1
    }
  }

  private mutating func rotate() throws {
    shut()
    if kept == 0 {
      unlink(url.path)
    } else {
      for number in stride(from: kept, through: 1, by: -1) {
        let newer = number == 1 ? url.path : "\(url.path).\(number - 1)"
        guard rename(newer, "\(url.path).\(number)") == 0 || errno == ENOENT else {
          throw FileError.system(errno, writing: newer)
        }
      }
    }
    try begin()
  }

  private mutating func shut() {
    if descriptor >= 0 { close(descriptor) }
    (descriptor, size) = (-1, 0)
  }
}
