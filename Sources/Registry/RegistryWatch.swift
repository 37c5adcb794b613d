import Files
import Foundation
import GRDB

/// Tells whether a registry has changed since somebody looked, whichever process changed it.
///
/// SQLite counts the changes that others make (`PRAGMA data_version`), for each connection on its own: so this one is for looking alone. A
/// look takes some microseconds.
public final class RegistryWatch: Sendable {
  /// What a registry looks like from outside; equal ones of one watch: nothing has changed.
  public struct Mark: Sendable, Equatable {
    let counter: Int
    let file: FileState
  }

  /// Which file it is that the name leads to.
  struct FileState: Sendable, Equatable {
    private let numbers: [Int]

    /// - Parameter isImmutable: Whether SQLite was told that nobody writes, so that it will not notice if somebody does.
    init(_ path: String, isImmutable: Bool) throws {
      var status = stat()
      guard lstat(path, &status) == 0 else { throw FileError.system(errno, reading: path) }
      numbers =
        [Int(truncatingIfNeeded: status.st_dev), Int(truncatingIfNeeded: status.st_ino)]
        + (isImmutable
          ? [
            Int(status.st_size), status.st_mtim.tv_sec, status.st_mtim.tv_nsec,
            access(path + "-wal", F_OK) == 0 ? 1 : 0,
          ] : [])
    }
  }

  private let path: String
  private let isImmutable: Bool
  /// The file that the connection has open: with its name gone, or another file there, it would look at the old one for ever.
  private let opened: FileState
  private let connection: DatabaseQueue

  init(_ folder: URL) throws {
    let path = folder.appendingPathComponent(RegistryFolder.database).path
    let isImmutable = RegistryDatabase.isImmutable(path)
    var configuration = Configuration()
    configuration.busyMode = .timeout(1)
    configuration.readonly = true
    configuration.label = "registry watch"
    // Before it is opened: a file that takes its place meanwhile is another one.
    opened = try FileState(path, isImmutable: isImmutable)
    connection = try RegistryDatabase.translated(path) {
      try DatabaseQueue(path: isImmutable ? RegistryDatabase.immutable(path) : path, configuration: configuration)
    }
    self.path = path
    self.isImmutable = isImmutable
  }

  /// How it looks now.
  ///
  /// Take it before reading: what changes while it is read is then seen at the next look.
  /// - Throws: `FileError` where the database's file is gone, ``RegistryError`` where it cannot be read.
  public func mark() throws -> Mark {
    let file = try FileState(path, isImmutable: isImmutable)
    let counter = try RegistryDatabase.translated(path) {
      try connection.read { try Int.fetchOne($0.cachedStatement(sql: "PRAGMA data_version")) ?? 0 }
    }
    return Mark(counter: counter, file: file)
  }

  /// Whether another file has taken the place of that which was opened, or this connection would not notice what has changed in it: the
  /// registry has to be opened anew.
  ///
  /// - Parameter mark: How it looks now.
  public func isReplaced(_ mark: Mark) -> Bool { mark.file != opened }
}
