import Files

/// The fields of one row of a file, by name.
struct RowFields {
  /// Where the row is.
  let location: RowLocation
  /// The row's number in its file, counted from 0.
  let index: Int
  /// The bytes of its JSON in the file; `nil`: it stands in a table.
  let range: Range<Int>?
  /// By their UTF-8: Swift's texts are equal also where only their characters are.
  let values: [JSONTree.Member]
  /// The same under the names that the file has for them.
  let written: [JSONTree.Member]
  /// Which of the file's names stand for ours.
  var columns = ColumnNames()

  /// Fields that are read already.
  ///
  /// - Parameter written: Under the file's names; `nil`: as `values`.
  init(
    location: RowLocation, index: Int, range: Range<Int>? = nil, values: [JSONTree.Member],
    written: [JSONTree.Member]? = nil,
    columns: ColumnNames = ColumnNames()
  ) {
    self.written = written ?? values
    self.columns = columns
    self.location = location
    self.index = index
    self.range = range
    self.values = values
  }

  /// Parses a row.
  ///
  /// - Throws: ``StreamError/json(_:)`` if it is not a JSON object, ``StreamError/field(_:)`` if a field stands twice.
  init(_ row: RawRow, of file: SourceFile) throws {
    location = row.location
    index = row.index
    range = row.range
    let tree: JSONTree
    do {
      tree = try file.bytes.withUnsafeBytes { bytes in
        try JSONParser.whole(UnsafeRawBufferPointer(rebasing: bytes[row.range])) { try $0.value() }
      }
    } catch let failure as JSONTree.Failure {
      let start = String(decoding: file.bytes[row.range].prefix(60), as: UTF8.self).stripped
      throw StreamError.json(
        location.detail(
          expected: "a JSON object", got: "text that is not JSON: \(quoted(start)), \(failure.text)",
          fix: Self.tableHint(row, of: file) ?? "Check quotation marks, commas and brackets of this row."))
    }
    guard case .object(let members) = tree else {
      throw StreamError.json(
        location.detail(
          expected: "a JSON object", got: "another JSON value", fix: "Write the row as {\"name\": \"value\", …}."))
    }
    // Parsers differ in which of two fields of one name they keep.
    guard Set(members.map(\.name)).count == members.count else {
      throw StreamError.field(
        location.detail(expected: "every field once", got: "a name twice", fix: "Remove or rename one of the two."))
    }
    values = members
    written = members
  }

  /// The names of the row's fields in alphabetical order.
  var names: [String] { values.map { String(decoding: $0.name, as: UTF8.self) }.sorted(by: String.byCodePoints) }

  /// Whether the row has a field.
  func has(_ name: String) -> Bool { value(name) != nil }

  /// The row without a field.
  func without(_ name: String) -> RowFields {
    RowFields(
      location: location, index: index, range: range, values: values.filter { !$0.name.elementsEqual(name.utf8) },
      written: written, columns: columns)
  }

  /// Whether a field says nothing: white space, or null.
  func isEmpty(_ name: String) -> Bool {
    switch value(name) {
    case .text(let bytes): String(decoding: bytes, as: UTF8.self).stripped.isEmpty
    case .null, nil: true
    default: false
    }
  }

  func value(_ name: String) -> JSONTree? { values.first { $0.name.elementsEqual(name.utf8) }?.value }

  /// A field that must be a string with something in it.
  ///
  /// - Throws: ``StreamError/field(_:)`` if it is missing, no string, or blank.
  func text(_ name: String) throws -> String {
    switch value(name) {
    case .text(let bytes):
      let string = String(decoding: bytes, as: UTF8.self)
      guard !string.stripped.isEmpty else {
        throw wrong(name, got: "a blank one", fix: "Write its text, or remove the row.")
      }
      return string
    case .integer(let integer): throw wrong(name, got: "the number \(integer)", fix: "Put it in quotation marks.")
    case .list, .object: throw wrong(name, got: "an array or an object", fix: "Write a string.")
    case .number: throw wrong(name, got: "a number", fix: "Write a string.")
    case .null, .boolean: throw wrong(name, got: value(name)?.kind ?? "null", fix: "Write a string.")
    case nil:
      let got = names.isEmpty ? "a row without fields" : "only \(listed(names))"
      throw wrong(name, got: got, fix: "Add the field, or correct the name of another.")
    }
  }

  /// A label or an answer: a string, or a whole number or a boolean, which are written as JSON writes them.
  ///
  /// White space around a label is not part of it. An answer loses one space at its start: the space that separates it from its prompt is
  /// written by ``PromptEncoder``, while files made for other programs have it in the answer.
  ///
  /// - Throws: ``StreamError/field(_:)`` if it is missing, blank, or anything else.
  func label(_ name: String) throws -> String {
    switch value(name) {
    case .integer(let integer): String(integer)
    case .boolean(let boolean): String(boolean)
    case .number(let number):
      throw wrong(name, got: "the number \(number)", fix: "Write a whole number, or put it in quotation marks.")
    case .list where name == "label":
      throw wrong(
        name, got: "an array",
        fix:
          "Several labels a row are the field labels: --columns labels=\(columns.pairs.first { $0.own == name }?.theirs ?? name)."
      )
    default: name == "label" ? try text(name).stripped : try text(name).withoutSeparator
    }
  }

  /// Whether the row's id is written as a number.
  var hasNumericId: Bool { if case .integer = value("id") { true } else { false } }

  /// The row's own id, a string or a whole number; `nil` if it has none.
  ///
  /// - Throws: ``StreamError/field(_:)`` if it is anything else.
  func id() throws -> String? {
    guard has("id") else { return nil }
    if case .integer(let integer) = value("id") { return String(integer) }
    return try text("id")
  }

  /// A field in a message: the file has another name for it where columns were named.
  func called(_ name: String) -> String {
    columns.pairs.first { $0.own.hasSameCodePoints(as: name) }.map { "\"\(name)\" (column \(quoted($0.theirs)))" }
      ?? "\"\(name)\""
  }

  /// An error about one field of this row.
  func wrong(_ name: String, got: String, fix: String) -> StreamError {
    .field(location.detail(expected: "a string \(called(name))", got: got, fix: fix))
  }
}
