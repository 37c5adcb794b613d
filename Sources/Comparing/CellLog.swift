import Files
public import Foundation
public import Records
import Runs

/// What a cell's process says, and whether it lives.
///
/// The process gets the log as its standard output and error, locked. The lock belongs to the open file: it begins before the process does
/// and ends with it however that ends, even if its parent is gone.
public enum CellLog {
  /// Opens a log to write at its end, locked for whoever inherits the handle.
  /// - Returns: `nil` while a process that inherited an earlier handle lives.
  /// - Throws: `FileError`.
  public static func take(_ url: URL) throws -> FileHandle? {
    // A pipe would wait for its reader.
    let descriptor = open(url.path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o644)
    guard descriptor >= 0 else { throw FileError.system(errno, writing: url.path) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw FileError.notWritable(path: url.path, reason: "not a regular file")
    }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let code = errno
      close(descriptor)
      if code == EWOULDBLOCK { return nil }
      throw FileError.system(code, writing: url.path)
    }
    return FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
  }

  /// Who works on a cell, as far as its run says.
  public static func holder(of run: RunFolder) -> String { RunLock.holder(run.lock) }

  /// Why a process failed: the last line in which the program says what was wrong, or the last line of all.
  ///
  /// - Parameters:
  ///   - url: The log.
  ///   - offset: Bytes that earlier processes wrote.
  /// - Returns: `nil` when nothing was said.
  public static func complaint(_ url: URL, from offset: UInt64) -> String? {
    guard let text = FileTail.text(of: url, from: offset) else { return nil }
    let lines = text.split(whereSeparator: \.isNewline)
    let prefix = "accrete: "
    if let line = lines.last(where: { $0.hasPrefix(prefix) }) { return String(line.dropFirst(prefix.count)).onOneLine }
    return lines.last.map { String($0).onOneLine }
  }
}
