import Files
import Foundation

/// A text file's digest, and what shows that it was not changed since.
struct TextFileState {
  let described: ShardManifest.TextFile
  private let url: URL
  private let stamp: Stamp

  private struct Stamp: Equatable {
    let size: Int
    let seconds: Int
    let nanoseconds: Int
    let file: UInt64
  }

  /// Reads the whole file for its digest.
  ///
  /// - Parameter check: Called after each piece; what it throws ends the reading.
  /// - Throws: `FileError`.
  init(_ url: URL, check: () throws -> Void = {}) throws {
    self.url = url
    stamp = try Self.stamp(of: url)
    described = ShardManifest.TextFile(
      name: url.lastPathComponent, bytes: stamp.size, digest: try Digest(ofFile: url, check: check))
  }

  /// Requires that nobody has written the file since its digest was taken.
  ///
  /// - Throws: ``CorpusError/file(_:)``.
  func requireUnchanged() throws {
    guard try Self.stamp(of: url) == stamp else {
      throw CorpusError.file(
        .init(
          url.relativePath, expected: "the file as it was when the reading of it began", got: "a changed one",
          fix: "Run the same command again once nobody writes to it."))
    }
  }

  private static func stamp(of url: URL) throws -> Stamp {
    var status = stat()
    guard stat(url.path, &status) == 0 else { throw FileError.system(errno, reading: url.path) }
    #if canImport(Darwin)
      let time = status.st_mtimespec
    #else
      let time = status.st_mtim
    #endif
    return Stamp(
      size: Int(status.st_size), seconds: Int(time.tv_sec), nanoseconds: Int(time.tv_nsec),
      file: UInt64(truncatingIfNeeded: status.st_ino))
  }
}
