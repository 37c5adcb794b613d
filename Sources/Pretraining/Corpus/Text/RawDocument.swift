import Files
import Foundation

/// A document as it lies in its file: cheap to make, one after the other; what it says is found out later, by many at once.
struct RawDocument: Sendable {
  /// The file, with the line where it has lines.
  let location: String
  let form: TextFileKind.Form
  let bytes: [UInt8]
  /// The field of a row that has the text.
  let field: [UInt8]
  /// Whether its source has no other.
  var isOnly = false

  /// The document's UTF-8.
  ///
  /// - Throws: ``CorpusError/row(_:)`` or ``CorpusError/text(_:)`` that names the file and the line.
  func text() throws -> [UInt8] {
    switch form {
    case .text:
      guard let invalid = UTF8Text.firstInvalidByte(in: bytes) else { return bytes }
      throw CorpusError.text(
        .init(
          location, expected: "UTF-8 text", got: "other bytes, the first of them at byte \(invalid)",
          fix: "Convert the file to UTF-8, e.g. with iconv; if it is gzipped, its name must end in .gz."))
    case .rows: return try rowText()
    }
  }

  private func rowText() throws -> [UInt8] {
    let tree: JSONTree
    do {
      tree = try JSONTree(Data(bytes), rules: .init(keysAreUnique: true))
    } catch let failure as JSONTree.Failure {
      throw CorpusError.row(
        .init(
          location, expected: "a JSON object in UTF-8",
          got: "\(failure.reason) at byte \(failure.position) of the line",
          fix: "Write every row as {\"\(name)\": \"…\"} on one line; if the file is gzipped, its name must end in .gz.")
      )
    }
    guard case .object(let members) = tree else { throw wrong(expected: "a JSON object", got: tree.kind) }
    guard let text = members.first(where: { $0.name == field })?.value else {
      throw wrong(expected: "a field \"\(name)\"", got: "none")
    }
    guard case .text(let bytes) = text else { throw wrong(expected: "a string \"\(name)\"", got: text.kind) }
    return bytes
  }

  private var name: String { String(decoding: field, as: UTF8.self) }

  private func wrong(expected: String, got: String) -> CorpusError {
    .row(
      .init(
        location, expected: expected, got: got,
        fix:
          "Write every row as {\"\(name)\": \"…\"}, or name the field that has the text (text-field); others are ignored."
      ))
  }
}
