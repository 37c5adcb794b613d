import Files
import Foundation

/// A regular file read once from its beginning, in pieces, which counts what was read.
final class FileInput {
  /// The file as it was given.
  let path: String
  /// Its size when it was opened.
  var size: Int { file.size }
  /// Bytes that were read so far.
  private(set) var bytesRead = 0
  private let file: RegularFile

  /// - Throws: ``CorpusError/file(_:)`` when it is missing, unreadable, or not a regular file.
  init(_ url: URL) throws {
    path = url.relativePath
    file = try Self.told(path) { try RegularFile(url) }
  }

  /// The next bytes; none at the end of the file.
  ///
  /// - Throws: ``CorpusError/file(_:)`` when the disk fails.
  func next() throws -> [UInt8] {
    let piece = try Self.told(path) { try file.next() }
    bytesRead += piece.count
    return piece
  }

  private static func told<Value>(_ path: String, _ body: () throws -> Value) throws -> Value {
    do {
      return try body()
    } catch FileError.notFound {
      throw CorpusError.file(
        .init(path, expected: "a readable file", got: "nothing there", fix: "Check the path and its permissions."))
    } catch FileError.notReadable(_, let reason) {
      throw CorpusError.file(
        .init(
          path, expected: "a regular file that can be read",
          got: reason.hasSuffix(".") ? String(reason.dropLast()) : reason,
          fix: "Name the text file itself, and check its permissions."))
    }
  }
}
