public import Foundation

/// Writes files so that a reader sees the old one or the whole new one, also after a crash.
public enum AtomicFile {
  /// Ends the names of files that are being written.
  public static let partialSuffix = ".partial"

  /// Writes `parts` one after the other to `url`: temporary name, flush, rename, flush of the folder.
  /// - Throws: ``FileError``; the file that was there before is untouched then.
  public static func write(_ parts: [UnsafeRawBufferPointer], to url: URL) throws {
    let folder = url.deletingLastPathComponent()
    let temporary = Leftovers.partial(of: url)
    // What is there under this name is left from a process that was killed, or a link that somebody put in its place.
    unlink(temporary.path)
    let descriptor = open(temporary.path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o644)
    guard descriptor >= 0 else { throw FileError.system(errno, writing: url.path) }
    do {
      for part in parts { try writeAll(part, to: descriptor, path: url.path) }
      guard fsync(descriptor) == 0 else { throw FileError.system(errno, writing: url.path) }
    } catch {
      close(descriptor)
      unlink(temporary.path)
      throw error
    }
    // Closed also where this fails: the number may be another file's already.
    guard close(descriptor) == 0 else {
      let code = errno
      unlink(temporary.path)
      throw FileError.system(code, writing: url.path)
    }
    guard rename(temporary.path, url.path) == 0 else {
      let code = errno
      unlink(temporary.path)
      throw FileError.system(code, writing: url.path)
    }
    flush(folder)
  }

  public static func write(_ data: Data, to url: URL) throws {
    try data.withUnsafeBytes { try write([$0], to: url) }
  }

  public static func write(_ text: String, to url: URL) throws {
    try write(Data(text.utf8), to: url)
  }

  /// Writes all of some bytes to an open file, however many calls that takes.
  ///
  /// - Parameter bytes: What is written.
  /// - Parameter descriptor: The file.
  /// - Parameter path: Names it in errors.
  /// - Throws: ``FileError/diskFull(path:)``, ``FileError/notWritable(path:reason:)``.
  public static func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32, path: String) throws {
    var rest = bytes[...]
    while !rest.isEmpty {
      let piece = UnsafeRawBufferPointer(rebasing: rest)
      let written = Foundation.write(descriptor, piece.baseAddress, piece.count)
      if written < 0 {
        if errno == EINTR { continue }
        throw FileError.system(errno, writing: path)
      }
      rest = rest.dropFirst(written)
    }
  }

  /// Makes names in a folder durable: a rename is only once the folder is. A file system that cannot flush folders is not a reason to fail.
  package static func flush(_ folder: URL) {
    let descriptor = open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }
}
