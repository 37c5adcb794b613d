import Foundation

/// The bytes of a text file, unpacked where it is gzipped, in pieces.
struct TextInput {
  private let file: FileInput
  private var gzip: GzipInput?

  /// Bytes of the file, packed as it is, that were read so far.
  var bytesRead: Int { file.bytesRead }

  init(_ url: URL, isGzipped: Bool) throws {
    file = try FileInput(url)
    gzip = isGzipped ? GzipInput(file) : nil
  }

  /// The next bytes; none at the end of the file.
  mutating func next() throws -> [UInt8] {
    try gzip?.next() ?? file.next()
  }
}
