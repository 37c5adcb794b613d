import Files
import Foundation

/// A regular file read once from its beginning, in pieces.
final class FileInput {
  /// The file as it was given.
  let path: String
  /// Its size when it was opened.
  let size: Int
  /// Bytes that were read so far.
  private(set) var bytesRead = 0
  private let descriptor: Int32

  private static let pieceBytes = 1 << 16

  /// - Throws: ``CorpusError/file(_:)`` when it is missing, unreadable, or no regular file.
  init(_ url: URL) throws {
    path = url.relativePath
    // Opening a pipe would wait for its writer; regular files do not know this flag.
    descriptor = open(url.path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw Self.failure(errno, path) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw CorpusError.file(
        .init(
          path, expected: "a regular file", got: "a folder or a device", fix: "Name the text file itself."))
    }
    size = Int(status.st_size)
  }

  deinit { close(descriptor) }

  /// The next bytes; none at the end of the file.
  ///
  /// - Throws: ``CorpusError/file(_:)`` when the disk fails.
  func next() throws -> [UInt8] {
    while true {
      var code: Int32 = 0
      let piece = [UInt8](unsafeUninitializedCapacity: Self.pieceBytes) { buffer, count in
        let got = read(descriptor, buffer.baseAddress, Self.pieceBytes)
        count = max(got, 0)
        code = got < 0 ? errno : 0
      }
      if code == EINTR { continue }
      guard code == 0 else { throw Self.failure(code, path) }
      bytesRead += piece.count
      return piece
    }
  }

  private static func failure(_ code: Int32, _ path: String) -> CorpusError {
    .file(
      .init(
        path, expected: "a readable file", got: "the error \"\(String(cString: strerror(code)))\"",
        fix: "Check the path and its permissions."))
  }
}
