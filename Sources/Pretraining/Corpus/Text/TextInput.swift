import Files
import Foundation

/// The bytes of a text file, unpacked where it is gzipped, in pieces.
struct TextInput {
  private let file: FileInput
  private var gzip: GzipInput?

  /// Bytes of the file, packed as it is, that were read so far.
  var bytesRead: Int { file.bytesRead }

  init(_ url: URL, isGzipped: Bool) throws {
    let file = try FileInput(url)
    self.file = file
    gzip = isGzipped ? GzipInput(path: file.path) { try file.next() } : nil
  }

  /// The next bytes; none at the end of the file.
  ///
  /// - Throws: ``CorpusError/gzip(_:)`` for a file that is cut, damaged or a bomb; ``CorpusError/file(_:)``.
  mutating func next() throws -> [UInt8] {
    do {
      return try gzip?.next() ?? file.next()
    } catch let error as GzipError {
      throw CorpusError.gzip(.init(error.path, expected: error.expected, got: error.got, fix: error.fix))
    }
  }
}
