import Files

/// A value in a tokenizer file and where it stands, so that whatever is wrong with it can be named.
struct JSONLocation {
  let value: JSONTree
  /// The keys that lead to it (`model.merges[3]`); "top level" for the whole file.
  let key: String
  let file: String

  static let top = "top level"

  /// The key of something in here.
  func key(of name: String) -> String { key == Self.top ? name : "\(key).\(name)" }

  func malformed(_ expected: String, got: String? = nil) -> TokenizationError {
    .malformed(file: file, key: key, expected: expected, got: got ?? value.kind)
  }

  func unsupported(_ expected: String, got: String) -> TokenizationError {
    .unsupported(file: file, key: key, expected: expected, got: got)
  }

  func inconsistent(_ expected: String, got: String) -> TokenizationError {
    .inconsistent(file: file, key: key, expected: expected, got: got)
  }

  /// The members of an object.
  func members() throws -> [JSONTree.Member] {
    guard case .object(let members) = value else { throw malformed("an object") }
    return members
  }

  /// A member, or `nil` where it is missing or null.
  func optional(_ name: String) throws -> JSONLocation? {
    let found = try members().filter { $0.name.elementsEqual(name.utf8) }
    guard found.count < 2 else { throw malformed("each key once", got: "\"\(name)\" \(found.count) times") }
    guard let member = found.first, member.value != .null else { return nil }
    return JSONLocation(value: member.value, key: key(of: name), file: file)
  }

  func required(_ name: String) throws -> JSONLocation {
    guard let location = try optional(name) else {
      throw TokenizationError.malformed(file: file, key: key(of: name), expected: "a value", got: "no such key")
    }
    return location
  }

  func bytes() throws -> [UInt8] {
    guard case .text(let bytes) = value else { throw malformed("a string") }
    return bytes
  }

  func text() throws -> String { String(decoding: try bytes(), as: UTF8.self) }

  /// A string for a message: its beginning.
  static func shown(_ text: String) -> String { "\"\(text.prefix(60))\"" + (text.count > 60 ? "…" : "") }

  func flag() throws -> Bool {
    guard case .boolean(let flag) = value else { throw malformed("true or false") }
    return flag
  }

  func integer() throws -> Int {
    guard case .integer(let integer) = value else { throw malformed("a whole number") }
    return integer
  }

  /// The elements of a list, each made when it is asked for: a file may have millions of them.
  func elements() throws -> some RandomAccessCollection<JSONLocation> {
    guard case .list(let list) = value else { throw malformed("a list") }
    let (key, file) = (key, file)
    return list.indices.lazy.map { JSONLocation(value: list[$0], key: "\(key)[\($0)]", file: file) }
  }

  /// A flag that may be missing.
  func flag(_ name: String, default fallback: Bool) throws -> Bool { try optional(name)?.flag() ?? fallback }

  /// Refuses options that nobody here knows: what they would change is unknown too.
  func requireOptions(_ known: Set<String>) throws {
    for member in try members() {
      let name = String(decoding: member.name, as: UTF8.self)
      guard known.contains(name) || name == "type" else {
        throw TokenizationError.unsupported(
          file: file, key: key(of: name), expected: "one of \(known.sorted().listed)",
          got: member.value.kind)
      }
    }
  }
}
