import Files
import Foundation

/// A file of rows in any form that we read: JSONL, a JSON array, CSV or TSV, each also gzipped.
struct RowFile {
  let source: SourceFile
  let container: RowContainer
  let columns: ColumnNames

  /// - Throws: ``StreamError``: a form that is not read names the command that converts it.
  init(_ url: URL, columns: ColumnNames = ColumnNames()) throws {
    source = try SourceFile(url, holdsRows: true)
    container = RowContainer(of: source.bytes, name: url.lastPathComponent)
    self.columns = columns
  }

  init(_ source: SourceFile, columns: ColumnNames = ColumnNames()) {
    self.source = source
    container = RowContainer(of: source.bytes, name: source.location.file)
    self.columns = columns
  }

  /// What was found: `CSV, gzipped, body → text, category → label`.
  func description(_ form: RowForm) -> String {
    let names = columns.description.isEmpty ? form.description : columns.description
    return "\(container.description)\(source.isGzipped ? ", gzipped" : ""), \(names)"
  }

  /// Goes through the rows.
  ///
  /// - Throws: ``StreamError`` that names the line; what `body` throws.
  func eachRow(_ body: (RowFields) throws -> Void) throws { try eachResult { try body($1.get()) } }

  /// Goes through the rows, also past those that cannot be read by themselves.
  ///
  /// - Parameter body: Gets the line, and the row or what is wrong with it.
  /// - Throws: ``StreamError`` where the file cannot be read further; what `body` throws.
  func eachResult(_ body: (Int, Result<RowFields, any Error>) throws -> Void) throws {
    func read(_ row: RawRow) throws {
      try body(row.location.line ?? 1, Result { try RowFields(row, of: source).named(by: columns) })
    }
    switch container {
    case .lines:
      try source.forEachRow { row in
        let fields = Result { try RowFields(row, of: source).named(by: columns) }
        // What ends in the middle of its first line may be one object with the rows in it.
        if row.index == 0, case .failure(StreamError.json) = fields, let problem = problemOfWhole() { throw problem }
        try body(row.location.line ?? 1, fields)
      }
    case .array: for row in try source.rowsOfArray() { try read(row) }
    case .delimited(let delimiter): try forEachRecord(delimiter, body)
    }
  }

  private func forEachRecord(
    _ delimiter: UInt8, _ body: (Int, Result<RowFields, any Error>) throws -> Void
  ) throws {
    var records = DelimitedRecords(source, delimiter: delimiter)
    records.takeSeparatorLine()
    guard let head = try records.next(most: DelimitedRecords.mostColumns) else { return }
    guard head.fields.count <= DelimitedRecords.mostColumns else {
      throw StreamError.field(
        head.location.detail(
          expected: "at most \(DelimitedRecords.mostColumns) columns", got: "more",
          fix: "Write the file with the columns that are needed."))
    }
    let names = head.fields.map { Array(String(decoding: $0, as: UTF8.self).stripped.utf8) }
    // A column without a name is the row number that spreadsheets and pandas write.
    let named = names.indices.filter { !names[$0].isEmpty }
    guard Set(named.map { names[$0] }).count == named.count else {
      throw StreamError.field(
        head.location.detail(
          expected: "every column's name once", got: listed(named.map { String(decoding: names[$0], as: UTF8.self) }),
          fix: "Rename one of the two in the first line."))
    }
    var index = 0
    while let record = try records.next(most: names.count) {
      // Spreadsheets write rows without anything behind the others.
      guard names.count < 2 || record.fields.contains(where: { !$0.isEmpty }) else { continue }
      try source.requireFew(index, at: record.location)
      defer { index += 1 }
      let line = record.location.line ?? 1
      guard record.fields.count == names.count else {
        let error = StreamError.field(
          record.location.detail(
            expected: "\(names.count) fields, as the first line has",
            got: record.fields.count > names.count ? "more" : "\(record.fields.count)",
            fix: "A separator or a line end inside of a field needs quotation marks around the field."
              + (RowFields.isPlainText(names.map { String(decoding: $0, as: UTF8.self) })
                ? " \(RowFields.linesOfText)" : "")))
        try body(line, .failure(error))
        continue
      }
      // An empty cell of these says nothing; of others it is a blank text.
      let values = named.compactMap { column -> JSONTree.Member? in
        record.fields[column].isEmpty && ["id", "split"].contains { names[column].elementsEqual($0.utf8) }
          ? nil : JSONTree.Member(name: names[column], value: .text(record.fields[column]))
      }
      try body(
        line, Result { try RowFields(location: record.location, index: index, values: values).named(by: columns) })
    }
  }
}
