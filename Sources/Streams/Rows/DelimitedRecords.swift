import Files

/// The records of a table (RFC 4180): fields may stand in quotation marks, with separators, line ends and doubled marks inside.
///
/// Lines may end with CR LF, LF or CR. Blank lines are passed over. A mark inside a field that does not begin with one is a character
/// like others.
struct DelimitedRecords {
  /// A table of more columns is none.
  static let mostColumns = 4096

  struct Record {
    let location: RowLocation
    let fields: [[UInt8]]
  }

  private let source: SourceFile
  private let delimiter: UInt8
  private var cursor = 0
  private var line = 1

  init(_ source: SourceFile, delimiter: UInt8) {
    self.source = source
    self.delimiter = delimiter
  }

  /// The next record; `nil` at the end.
  ///
  /// - Parameter most: How many fields it may have; one more is read, to be counted.
  /// - Throws: ``StreamError/text(_:)`` for marks that are not closed, or text behind one; for a record above 16 MiB.
  mutating func next(most: Int) throws -> Record? {
    let bytes = source.bytes
    while cursor < bytes.endIndex, bytes[cursor] == UInt8(ascii: "\n") || bytes[cursor] == UInt8(ascii: "\r") {
      endLine()
    }
    guard cursor < bytes.endIndex else { return nil }
    let (start, location) = (cursor, RowLocation(file: source.location.file, line: line))
    var fields: [[UInt8]] = []
    while fields.count <= most {
      fields.append(try field(at: location))
      try source.requireSize(start..<cursor, at: location)
      guard cursor < bytes.endIndex, bytes[cursor] == delimiter else {
        if cursor < bytes.endIndex { endLine() }
        return Record(location: location, fields: fields)
      }
      cursor += 1
    }
    // What is left of the line is not a record of its own.
    while true {
      _ = try field(at: location)
      try source.requireSize(start..<cursor, at: location)
      guard cursor < bytes.endIndex, bytes[cursor] == delimiter else { break }
      cursor += 1
    }
    if cursor < bytes.endIndex { endLine() }
    return Record(location: location, fields: fields)
  }

  /// The separator that Excel is told in a first line of its own, `sep=;`; steps over it.
  mutating func takeSeparatorLine() {
    let bytes = source.bytes
    let end = bytes.firstIndex { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") } ?? bytes.endIndex
    guard RowContainer.statedSeparator(bytes[..<end]) != nil else { return }
    cursor = end
    if cursor < bytes.endIndex { endLine() }
  }

  /// Steps over one line end.
  private mutating func endLine() {
    let isReturn = source.bytes[cursor] == UInt8(ascii: "\r")
    cursor += 1
    if isReturn, cursor < source.bytes.endIndex, source.bytes[cursor] == UInt8(ascii: "\n") { cursor += 1 }
    line += 1
  }

  private func isEnd(_ byte: UInt8) -> Bool {
    byte == delimiter || byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
  }

  private mutating func field(at location: RowLocation) throws -> [UInt8] {
    let bytes = source.bytes
    guard cursor < bytes.endIndex, bytes[cursor] == UInt8(ascii: "\"") else {
      let end = bytes[cursor...].firstIndex(where: isEnd) ?? bytes.endIndex
      defer { cursor = end }
      return Array(bytes[cursor..<end])
    }
    let (start, first) = (cursor, line)
    var field: [UInt8] = []
    cursor += 1
    while let mark = bytes[cursor...].firstIndex(of: UInt8(ascii: "\"")) {
      for index in cursor..<mark where bytes[index] == UInt8(ascii: "\n") || bytes[index] == UInt8(ascii: "\r") {
        // CR LF is one line end.
        if bytes[index] == UInt8(ascii: "\r"), index + 1 < bytes.endIndex, bytes[index + 1] == UInt8(ascii: "\n") {
          continue
        }
        line += 1
      }
      field += bytes[cursor..<mark]
      cursor = mark + 1
      try source.requireSize(start..<cursor, at: location)
      guard cursor < bytes.endIndex, bytes[cursor] == UInt8(ascii: "\"") else {
        guard cursor == bytes.endIndex || isEnd(bytes[cursor]) else {
          throw StreamError.text(
            RowLocation(file: location.file, line: line).detail(
              expected: "a separator or the end of the line behind a closing quotation mark",
              got: quoted(String(decoding: bytes[cursor...].prefix(20), as: UTF8.self)),
              fix:
                "Write a quotation mark inside of a quoted field twice (\"\"). A text that merely begins with one is quoted as a whole: \"\"\"A title\"\" and more\"; `csv.writer` of Python and spreadsheets do so."
            ))
        }
        return field
      }
      field.append(UInt8(ascii: "\""))
      cursor += 1
    }
    throw StreamError.text(
      RowLocation(file: location.file, line: first).detail(
        expected: "the quotation mark that closes the field which begins here", got: "the end of the file",
        fix: "Close it; a quotation mark inside of a quoted field stands twice (\"\")."))
  }
}
