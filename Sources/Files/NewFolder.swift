public import Foundation

/// Folders that are there whole or not at all.
public enum NewFolder {
  /// Makes a folder that does not exist yet: `fill` writes into one with another name, which then gets its own.
  ///
  /// - Throws: ``FileError/alreadyExists(path:)`` (what is there is left as it is), other errors of files, what `fill` throws.
  public static func make<Result>(_ url: URL, fill: (URL) throws -> Result) throws -> Result {
    let parent = url.deletingLastPathComponent()
    guard !FolderFile.exists(url.lastPathComponent, in: parent) else { throw FileError.alreadyExists(path: url.path) }
    let temporary = Leftovers.partial(of: url)
    Leftovers.remove(of: url)
    do {
      try FileManager.default.createDirectory(at: temporary, withIntermediateDirectories: true)
    } catch CocoaError.fileWriteOutOfSpace {
      throw FileError.diskFull(path: parent.path)
    } catch {
      // Foundation's words name no reason.
      guard mkdir(temporary.path, 0o777) == 0 else { throw FileError.system(errno, writing: url.path) }
    }
    do {
      let result = try fill(temporary)
      guard rename(temporary.path, url.path) == 0 else { throw FileError.system(errno, writing: url.path) }
      AtomicFile.flush(parent)
      return result
    } catch {
      try? FileManager.default.removeItem(at: temporary)
      throw error
    }
  }
}
