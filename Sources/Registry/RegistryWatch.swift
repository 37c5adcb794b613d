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

  /// The file that the name leads to.
  struct FileState: Sendable, Equatable {
    /// Which file it is.
    let identity: [Int]
    /// When it was changed last, and how large it is: somebody may write over it without SQLite.
    let content: [Int]

    init(_ path: String) throws {
      var status = stat()
      guard lstat(path, &status) == 0 else { throw FileError.system(errno, reading: path) }
      identity = [Int(truncatingIfNeeded: status.st_dev), Int(truncatingIfNeeded: status.st_ino)]
      let hasJournal = access(path + "-wal", F_OK) == 0
      content = [Int(status.st_size), status.st_mtim.tv_sec, status.st_mtim.tv_nsec, hasJournal ? 1 : 0]
    }
  }

  private let path: String
  /// Whether SQLite was told that nobody writes, so that it will not notice if somebody does.
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
    opened = try FileState(path)
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
    let file = try FileState(path)
    // Of another file this connection knows nothing.
    guard file.identity == opened.identity else { return Mark(counter: 0, file: file) }
    let counter = try RegistryDatabase.translated(path) {
      try connection.read { try Int.fetchOne($0.cachedStatement(sql: "PRAGMA data_version")) ?? 0 }
    }
    return Mark(counter: counter, file: file)
  }

  /// Whether another file has taken the place of that which was opened, or this connection would not notice what has changed in it: the
  /// registry has to be opened anew.
  ///
  /// - Parameter mark: How it looks now.
  public func isReplaced(_ mark: Mark) -> Bool {
    isImmutable ? mark.file != opened : mark.file.identity != opened.identity
  }
}
