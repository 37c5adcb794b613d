public import Foundation

extension JSONFile {
  /// Reads an object whose keys others decide.
  ///
  /// - Parameters:
  ///   - url: the file.
  ///   - limit: bytes that such a file has at most.
  /// - Throws: ``FileError``; also for a key that is listed twice, where parsers choose one without a word.
  public static func readObject(from url: URL, limit: Int) throws -> [ExactText: JSONValue] {
    let data = try contents(of: url, limit: limit)
    // Checks what all JSON of ours is checked for, and names the key of a value that none is.
    guard case .object = try decode(JSONValue.self, from: data, path: url.path),
      case .object(let members) = try JSONTree(parsing: data, path: url.path)
    else { throw FileError.malformedJSON(path: url.path, reason: "the top level is no object") }
    return members.reduce(into: [:]) { $0[ExactText(String(decoding: $1.name, as: UTF8.self))] = JSONValue($1.value) }
  }
}

extension JSONValue {
  /// Of a text that was parsed.
  init(_ tree: JSONTree) {
    self =
      switch tree {
      case .null: .null
      case .boolean(let value): .boolean(value)
      case .integer(let value): .number(Double(value))
      case .number(let value): .number(value)
      case .text(let bytes): .text(String(decoding: bytes, as: UTF8.self))
      case .list(let values): .list(values.map(JSONValue.init))
      case .object(let members):
        .object(
          Dictionary(members.map { (String(decoding: $0.name, as: UTF8.self), JSONValue($0.value)) }) { $1 })
      }
  }
}
