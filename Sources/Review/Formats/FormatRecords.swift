public import Files
public import Foundation

/// The records of a file: JSON objects, one on each line or as the elements of one list, read one after the other.
///
/// Memory is bounded by one record, whatever the size of the file: other tools export everything as one list on one line.
/// A record that is wrong is told as one, and those behind it are read; only what makes the rest unreadable is thrown.
public struct FormatRecords {
  /// Bytes of one record at most: a text of 64 KiB with every character escaped, and room for its votes.
  public static let recordBytes = 4 << 20
  /// How deep brackets may be nested in a record.
  public static let depth = 32

  /// A record and where it stands.
  public struct Record: Sendable, Equatable {
    /// Where it stands.
    public let place: FormatPlace
    /// Its content; no key of it stands twice.
    public let tree: JSONTree
  }

  private enum Shape { case unknown, lines, list, ended }

  private let file: String
  private let nextPiece: () throws -> [UInt8]
  private var piece: [UInt8] = []
  private var index = 0
  private var shape = Shape.unknown
  private var line = 1
  private var row = 0

  /// Reads a file.
  ///
  /// - Parameter url: The file.
  /// - Throws: `FileError` where it cannot be read.
  public init(_ url: URL) throws {
    let file = try RegularFile(url)
    self.init(named: url.relativePath) { try file.next() }
  }

  /// Reads what comes in pieces.
  ///
  /// - Parameters:
  ///   - file: What errors call it.
  ///   - nextPiece: Gives the next bytes; none at the end.
  public init(named file: String, nextPiece: @escaping () throws -> [UInt8]) {
    self.file = file
    self.nextPiece = nextPiece
  }

  /// The next record, or what is wrong with it; `nil` at the end.
  ///
  /// - Throws: ``FormatError`` for what makes the rest unreadable, what reading throws.
  public mutating func next() throws -> Result<Record, FormatError>? {
    if shape == .unknown { try begin() }
    switch shape {
    case .unknown, .ended: return nil
    case .lines: return try nextLine()
    case .list: return try nextElement()
    }
  }

  /// Finds out which shape the file has.
  private mutating func begin() throws {
    // What a file begins with may come in pieces, too.
    while piece.count < 3, case let more = try nextPiece(), !more.isEmpty { piece += more }
    guard try peek() != nil else {
      shape = .ended
      return
    }
    if GzipInput.isGzipped(piece) {
      throw refused("text", "a gzipped file", "Unpack it first: gunzip -k \(file)")
    }
    if piece.starts(with: [0xEF, 0xBB, 0xBF]) { index = 3 }
    try skipBlanks()
    if try peek() == UInt8(ascii: "[") {
      index += 1
      shape = .list
    } else {
      shape = .lines
    }
  }

  private mutating func nextLine() throws -> Result<Record, FormatError>? {
    try skipBlanks()
    guard try peek() != nil else {
      shape = .ended
      return nil
    }
    let place = FormatPlace(file: file, line: line)
    var content = Content()
    while let byte = try peek(), byte != UInt8(ascii: "\n") {
      // Between records on lines of their own a comma is no end but a fault, which the parser names.
      if content.take(byte) { content.keep(byte) }
      index += 1
    }
    return content.record(at: place)
  }

  private mutating func nextElement() throws -> Result<Record, FormatError>? {
    try skipBlanks()
    if row == 0, try peek() == UInt8(ascii: "]") {
      try endList()
      return nil
    }
    let place = FormatPlace(file: file, line: line, row: row)
    row += 1
    var content = Content()
    while let byte = try peek() {
      if content.take(byte) {
        if byte == UInt8(ascii: "]") { try endList() } else { index += 1 }
        return content.record(at: place)
      }
      if byte == UInt8(ascii: "\n") { line += 1 }
      index += 1
    }
    throw FormatError.json(
      .init(
        place, expected: "the end of this record and of the list", got: "the end of the file",
        fix: "If the file was cut, copy it again; else close the brackets of this record."))
  }

  private mutating func endList() throws {
    index += 1
    shape = .ended
    try skipBlanks()
    guard try peek() == nil else {
      throw refused("nothing behind the list", "more text", "Write the records as [ {…}, {…} ], or one on each line.")
    }
  }

  private func refused(_ expected: String, _ got: String, _ fix: String) -> FormatError {
    .text(.init(FormatPlace(file: file, line: line), expected: expected, got: got, fix: fix))
  }

  private mutating func peek() throws -> UInt8? {
    if index == piece.count { (piece, index) = (try nextPiece(), 0) }
    return index < piece.count ? piece[index] : nil
  }

  private mutating func skipBlanks() throws {
    while let byte = try peek(), byte == UInt8(ascii: " ") || (0x09...0x0D).contains(byte) {
      if byte == UInt8(ascii: "\n") { line += 1 }
      index += 1
    }
  }
}

/// The bytes of one record while they come.
private struct Content {
  private var bytes: [UInt8] = []
  private var nesting = JSONNesting()
  private var (isTooLong, isTooDeep) = (false, false)

  /// Takes the next byte.
  ///
  /// - Parameter byte: The byte.
  /// - Returns: Whether it is a comma or a closing bracket that belongs to no value of the record: it ends an element of a list.
  mutating func take(_ byte: UInt8) -> Bool {
    let before = nesting.depth
    let isOutside = nesting.read(byte)
    if isOutside, before <= 0, byte == UInt8(ascii: ",") || byte == UInt8(ascii: "]") { return true }
    if nesting.depth > FormatRecords.depth { isTooDeep = true }
    keep(byte)
    return false
  }

  /// Keeps a byte, as long as the record is not too long.
  mutating func keep(_ byte: UInt8) {
    if bytes.count < FormatRecords.recordBytes { bytes.append(byte) } else { isTooLong = true }
  }

  /// The record, parsed.
  ///
  /// - Parameter place: Where it stands.
  func record(at place: FormatPlace) -> Result<FormatRecords.Record, FormatError> {
    guard !isTooLong else {
      return .failure(
        .size(
          .init(
            place, expected: "at most \(FormatRecords.recordBytes >> 20) MiB in a record", got: "more",
            fix: "Put every record on a line of its own, and shorten its text.")))
    }
    guard !isTooDeep else {
      return .failure(
        .json(
          .init(
            place, expected: "at most \(FormatRecords.depth) nested brackets", got: "more",
            fix: "Remove what is nested deeper.")))
    }
    do {
      let tree = try JSONTree(Data(bytes), rules: JSONTree.Rules(keysAreUnique: true))
      guard case .object = tree else {
        return .failure(
          .json(.init(place, expected: "a JSON object", got: tree.kind, fix: "Write every record as {…}.")))
      }
      return .success(FormatRecords.Record(place: place, tree: tree))
    } catch {
      return .failure(
        .json(
          .init(
            place, expected: "a JSON object", got: (error as? JSONTree.Failure)?.text ?? "\(error)",
            fix: "Let the program that wrote the file write JSON, or correct this record.")))
    }
  }
}
