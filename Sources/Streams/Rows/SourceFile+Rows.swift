import Files

/// One JSON value of a file that should be a row: where it is and its bytes.
struct RawRow {
  let location: RowLocation
  let index: Int
  let range: Range<Int>
}

extension SourceFile {
  /// Goes through the rows of a file that has one JSON value on every line that is not blank.
  ///
  /// - Throws: ``StreamError/json(_:)`` if a line nests too deeply; what `body` throws.
  func forEachRow(_ body: (RawRow) throws -> Void) throws {
    var count = 0
    for line in lines() where !bytes[line.range].allSatisfy(isBlank) {
      let row = RawRow(location: RowLocation(file: location.file, line: line.number), index: count, range: line.range)
      var nesting = JSONNesting()
      for i in row.range {
        _ = nesting.read(bytes[i])
        try requireDepth(nesting.depth, at: row.location)
      }
      try requireFew(count, at: row.location)
      try body(row)
      count += 1
    }
  }

  /// The elements of a file that is one JSON array; they are cut here, so that each can be parsed and named alone.
  ///
  /// - Throws: ``StreamError/json(_:)`` if the file is not an array, ends early, or a row nests too deeply.
  func rowsOfArray() throws -> [RawRow] {
    var line = 1
    var cursor = skipBlanks(from: 0, line: &line)
    guard cursor < bytes.endIndex, bytes[cursor] == UInt8(ascii: "[") else {
      throw notAnArray(at: line, got: cursor < bytes.endIndex ? "something else" : "an empty file")
    }
    cursor = skipBlanks(from: cursor + 1, line: &line)
    var rows: [RawRow] = []
    if cursor < bytes.endIndex, bytes[cursor] == UInt8(ascii: "]") {
      try requireEnd(after: cursor, line: line)
      return rows
    }
    while true {
      let location = RowLocation(file: location.file, line: line, row: rows.count)
      try requireFew(rows.count, at: location)
      let end = try endOfElement(from: cursor, at: location, line: &line)
      let range = cursor..<end
      try requireSize(range, at: location)
      rows.append(RawRow(location: location, index: rows.count, range: range))
      if bytes[end] == UInt8(ascii: "]") {
        try requireEnd(after: end, line: line)
        return rows
      }
      cursor = skipBlanks(from: end + 1, line: &line)
    }
  }

  /// The index of the comma or bracket that ends the element at `start`; counts the lines on the way.
  private func endOfElement(from start: Int, at location: RowLocation, line: inout Int) throws -> Int {
    var nesting = JSONNesting()
    for i in start..<bytes.endIndex {
      let byte = bytes[i]
      if byte == UInt8(ascii: "\n") { line += 1 }
      let before = nesting.depth
      guard nesting.read(byte) else { continue }
      try requireDepth(nesting.depth, at: location)
      if before == 0, byte == UInt8(ascii: ",") || byte == UInt8(ascii: "]") { return i }
      if nesting.depth < 0 { break }
    }
    throw StreamError.json(
      location.detail(
        expected: "the end of this row and of the array", got: "the end of the file, or a bracket that closes nothing",
        fix: "If the file was cut, copy it again; else correct the brackets of this row."))
  }

  /// Refuses a row behind as many as a file of this size may have.
  func requireFew(_ before: Int, at location: RowLocation) throws {
    guard before >= mostRows else { return }
    throw StreamError.file(
      location.detail(
        expected: "at most \(mostRows) rows in a file of \(bytes.count) bytes", got: "more",
        fix: "Take a sample of the rows, or split the file: rows this short take many times their bytes of memory."))
  }

  /// Refuses brackets that are nested deeper than a row's may be.
  func requireDepth(_ depth: Int, at location: RowLocation) throws {
    guard depth > Limit.depth else { return }
    throw StreamError.json(
      location.detail(
        expected: "at most \(Limit.depth) nested brackets", got: "more", fix: "Remove what is nested deeper."))
  }

  private func requireEnd(after bracket: Int, line: Int) throws {
    var line = line
    let next = skipBlanks(from: bracket + 1, line: &line)
    guard next < bytes.endIndex else { return }
    throw notAnArray(at: line, got: "more text after the array")
  }

  private func notAnArray(at line: Int, got: String) -> StreamError {
    .json(
      RowLocation(file: location.file, line: line).detail(
        expected: "one JSON array and nothing else", got: got, fix: "Write the rows as [ {…}, {…} ]."))
  }

  private func skipBlanks(from start: Int, line: inout Int) -> Int {
    var i = start
    while i < bytes.endIndex, isBlank(bytes[i]) {
      if bytes[i] == UInt8(ascii: "\n") { line += 1 }
      i += 1
    }
    return i
  }

  private func isBlank(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || (0x09...0x0D).contains(byte)
  }
}
