import Files
import Foundation
import GRDB
import Synchronization

/// The file as the disk has it.
extension AccessDatabase {
  /// Of this process: what it makes has one name while it is made.
  private static let creation = Mutex(())

  static func exists(in folder: URL) -> Bool { FolderFile.exists(file, in: folder) }

  /// Makes the file of a folder where there is none.
  ///
  /// It is made in a folder of its own and then gets its name: whoever opens it finds it whole, and nobody has to switch it to a journal that
  /// others share, for which SQLite does not wait.
  ///
  /// - Throws: ``AccessError``, `FileError`; nothing is left of it then.
  static func make(in folder: URL) throws {
    guard !FolderFile.exists(file, in: folder) else { return }
    let url = folder.appendingPathComponent(file, isDirectory: false)
    let partial = Leftovers.partial(of: url)
    try creation.withLock { _ in
      Leftovers.remove(of: url)
      guard mkdir(partial.path, 0o700) == 0 else { throw FileError.system(errno, writing: url.path) }
      defer { try? FileManager.default.removeItem(at: partial) }
      try write(schemaTo: partial.appendingPathComponent(file, isDirectory: false).path)
      try name(partial.appendingPathComponent(file, isDirectory: false).path, url.path)
    }
    AtomicFile.flush(folder)
  }

  private static func write(schemaTo path: String) throws {
    let descriptor = Foundation.open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw FileError.system(errno, writing: path) }
    Foundation.close(descriptor)
    try translated(path) {
      let queue = try DatabaseQueue(path: path)
      try queue.inDatabase { database in
        // SQLite remembers it in the file.
        _ = try String.fetchOne(database, sql: "PRAGMA journal_mode = WAL")
        try database.execute(sql: "PRAGMA synchronous = FULL")
        try database.execute(sql: AccessSchema.sql)
      }
      // The last to close it empties the journal, and flushes the file.
      try queue.close()
    }
  }

  /// Gives a file its name, unless another process was first: that one's file is as good.
  private static func name(_ made: String, _ path: String) throws {
    guard link(made, path) != 0 else { return }
    switch errno {
    case EEXIST: return
    // A disk without hard links, on which two processes that make it at once are not told apart.
    case EPERM, EOPNOTSUPP, ENOSYS:
      guard rename(made, path) == 0 else { throw FileError.system(errno, writing: path) }
    case let code: throw FileError.system(code, writing: path)
    }
  }

  /// Requires that what SQLite is about to open are files of this folder, and not larger than keys can be: opening a pipe would block until
  /// somebody writes into it.
  ///
  /// They are looked at without being opened. Closing a file takes back all locks that this process has on it, those of SQLite's connections
  /// among them.
  ///
  /// - Throws: ``AccessError/noKeys(path:)``, `FileError`.
  static func requireRegular(in folder: URL) throws {
    guard FolderFile.exists(file, in: folder) else { throw whyNone(in: folder) }
    for name in [file, file + "-wal", file + "-shm", file + "-journal"] where FolderFile.exists(name, in: folder) {
      let path = try FolderFile.url(name, in: folder).path
      var status = stat()
      guard stat(path, &status) == 0 else {
        // SQLite removes its journals when the last of others closes the file.
        if errno == ENOENT, !name.hasSameCodePoints(as: file) { continue }
        throw FileError.system(errno, reading: path)
      }
      guard status.st_mode & S_IFMT == S_IFREG else {
        // It is refused, and the message says what it is.
        _ = try RegularFile(URL(fileURLWithPath: path))
        continue
      }
      guard Int(status.st_size) <= largest else {
        throw FileError.tooLarge(path: path, bytes: Int(status.st_size), limit: largest)
      }
    }
  }

  /// A folder that this user may not enter may well have keys.
  private static func whyNone(in folder: URL) -> any Error {
    let path = folder.appendingPathComponent(file, isDirectory: false).path
    var status = stat()
    guard lstat(path, &status) != 0, errno != ENOENT else { return AccessError.noKeys(path: path) }
    return FileError.system(errno, reading: path)
  }

  /// Takes the file's rights from everybody but its owner; a copy may have been made with more.
  ///
  /// - Throws: `FileError` where it belongs to somebody else.
  static func protect(_ path: String) throws {
    for name in [path, path + "-wal", path + "-shm"] {
      var status = stat()
      guard lstat(name, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_mode & 0o077 != 0 else { continue }
      guard chmod(name, status.st_mode & 0o700) == 0 else { throw FileError.system(errno, writing: name) }
    }
  }
}
