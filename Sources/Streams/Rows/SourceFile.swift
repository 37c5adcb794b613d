import Files
import Foundation

/// The bytes of a data file, known to be UTF-8 text.
struct SourceFile {
  /// What a file may be; beyond it is a mistake or an attack rather than a text to learn from.
  enum Limit {
    /// The bytes of a file: all of it is held in memory.
    static let fileBytes = 2 << 30
    /// The bytes of one line or one row.
    static let rowBytes = 16 << 20
    /// The rows of a file of so many bytes: some millions, and beyond that rows of 64 bytes. In memory a row takes some 200 bytes.
    static func rows(ofBytes bytes: Int) -> Int { 4_000_000 + bytes / 64 }
    /// How deep brackets may be nested in a row. Parsers recurse, and a stack ends.
    static let depth = 64
  }

  /// The file as it was given.
  let location: RowLocation
  /// Its content, without a byte order mark.
  let bytes: [UInt8]
  /// How many rows it may have.
  let mostRows: Int

  /// Whether the file was gzipped; ``bytes`` are what it unpacks to.
  let isGzipped: Bool
  /// Whether a line may be longer than a row: rows of an array may share one, and fields of a table go over several.
  private let hasLongLines: Bool

  /// Reads a file.
  ///
  /// - Parameter holdsRows: Whether it may be in any form of rows, also gzipped; else it is plain text.
  /// - Throws: ``StreamError/file(_:)`` if it is missing, no regular file, unreadable, over 2 GiB, or in a form that is not read;
  ///   ``StreamError/text(_:)`` if it is not UTF-8.
  init(_ url: URL, holdsRows: Bool = false) throws {
    let location = RowLocation(file: url.relativePath)
    let file: RegularFile
    do {
      file = try RegularFile(url)
    } catch FileError.notFound {
      throw StreamError.file(
        location.detail(expected: "a file", got: "nothing there", fix: "Check the path and its permissions."))
    } catch FileError.notReadable where DataFolder.isFolder(url) {
      throw StreamError.file(
        location.detail(expected: "a data file", got: "a folder", fix: DataFolder.fix(url, joins: holdsRows)))
    } catch FileError.notReadable(_, let reason) {
      throw StreamError.file(
        location.detail(
          expected: "a regular file that can be read", got: reason.hasSuffix(".") ? String(reason.dropLast()) : reason,
          fix: "Name the data file itself."))
    }
    guard file.size <= Limit.fileBytes else { throw Self.tooLarge(location) }
    let input = try RowInput(location, size: file.size, holdsRows: holdsRows) { try file.next() }
    try self.init(
      bytes: input.bytes, location: location, isGzipped: input.isGzipped, hasLongLines: input.hasLongLines)
  }

  /// Rows that came through a pipe, in any form, also gzipped.
  ///
  /// - Throws: As above.
  init(rows data: Data, location: RowLocation) throws {
    var rest = [UInt8](data)
    let input = try RowInput(location, size: data.count, holdsRows: true) {
      defer { rest = [] }
      return rest
    }
    try self.init(
      bytes: input.bytes, location: location, isGzipped: input.isGzipped, hasLongLines: input.hasLongLines)
  }

  static func tooLarge(_ location: RowLocation) -> StreamError {
    .file(location.detail(expected: "at most 2 GiB", got: "more", fix: "Take a sample of the rows, or split the file."))
  }

  static func tooLong(_ location: RowLocation, got: String) -> StreamError {
    .text(
      location.detail(
        expected: "at most 16 MiB in a line or row", got: got,
        fix: "Put every row on a line of its own and shorten its text."))
  }

  /// Text that is in memory already.
  ///
  /// - Parameters:
  ///   - data: The bytes.
  ///   - location: What errors call it.
  ///   - mostRows: How many rows it may have; `nil`: what a file of this size may.
  /// - Throws: ``StreamError/text(_:)`` if it is not UTF-8, or a line is too long.
  init(_ data: Data, location: RowLocation, mostRows: Int? = nil) throws {
    try self.init(bytes: [UInt8](data), location: location, mostRows: mostRows)
  }

  private init(
    bytes: [UInt8], location: RowLocation, mostRows: Int? = nil, isGzipped: Bool = false, hasLongLines: Bool = false
  ) throws {
    self.location = location
    self.isGzipped = isGzipped
    self.hasLongLines = hasLongLines
    self.mostRows = mostRows ?? Limit.rows(ofBytes: bytes.count)
    self.bytes = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
    try requireText()
  }

  /// The lines of the file without their line feeds, each with its number from 1; nothing after the last line feed.
  ///
  /// One after the other: a list of them would take a multiple of the memory of a file that has nothing but line feeds.
  func lines() -> some Sequence<(range: Range<Int>, number: Int)> {
    sequence(state: (start: 0, number: 0)) { [bytes] state in
      guard state.start < bytes.endIndex else { return nil }
      let end = bytes[state.start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.endIndex
      defer { state = (end + 1, state.number + 1) }
      return (range: state.start..<end, number: state.number + 1)
    }
  }

  /// Checks line by line, to name the line: a line feed is never part of a longer UTF-8 sequence.
  private func requireText() throws {
    for line in lines() {
      let location = RowLocation(file: location.file, line: line.number + (location.line ?? 1) - 1)
      if !hasLongLines { try requireSize(line.range, at: location) }
      let isText = bytes.withUnsafeBufferPointer {
        UTF8Text.firstInvalidByte(in: UnsafeBufferPointer(rebasing: $0[line.range])) == nil
      }
      guard isText else {
        throw StreamError.text(
          location.detail(
            expected: "UTF-8 text", got: "other bytes",
            fix:
              "Convert it: `\(ForeignFormat.iconv(location.file))` where a spreadsheet on Windows wrote it; -f names what it is in."
          ))
      }
    }
  }

  /// Refuses a line or row that is too long to be meant.
  func requireSize(_ range: Range<Int>, at location: RowLocation) throws {
    guard range.count > Limit.rowBytes else { return }
    throw Self.tooLong(location, got: "\(range.count) bytes")
  }
}
