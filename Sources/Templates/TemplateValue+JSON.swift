import Files
public import Foundation

extension TemplateValue {
  /// Reads JSON, with keys in the order of the text.
  ///
  /// - Parameters:
  ///   - json: UTF-8 text, nested no deeper than `JSONFile.depthLimit`.
  ///   - name: where it comes from, for errors.
  /// - Throws: ``TemplateError/malformed(file:key:expected:got:)``, which names the line; also for a key that is there
  ///   twice, and for whole numbers that 64 bits do not hold.
  public init(json: Data, name: String) throws {
    guard json.withUnsafeBytes({ JSONFile.nestingDepth($0) }) <= JSONFile.depthLimit else {
      throw TemplateError.malformed(
        file: name, key: "", expected: "at most \(JSONFile.depthLimit) levels", got: "JSON that is nested deeper")
    }
    var reader = JSONReader(bytes: Array(json), name: name)
    self = try reader.whole()
  }
}

/// Reads JSON text (RFC 8259).
private struct JSONReader {
  let bytes: [UInt8]
  let name: String
  var index = 0

  mutating func whole() throws -> TemplateValue {
    let value = try value()
    skipSpace()
    guard index == bytes.count else { throw error("the end of the text") }
    return value
  }

  private mutating func value() throws -> TemplateValue {
    skipSpace()
    switch current {
    case UInt8(ascii: "{"): return .object(try object())
    case UInt8(ascii: "["): return .list(try list())
    case UInt8(ascii: "\""): return .text(try string())
    case UInt8(ascii: "t"): return try word("true", .boolean(true))
    case UInt8(ascii: "f"): return try word("false", .boolean(false))
    case UInt8(ascii: "n"): return try word("null", .none)
    default: return try number()
    }
  }

  private mutating func object() throws -> TemplateObject {
    var object = TemplateObject()
    try elements(until: UInt8(ascii: "}")) { reader in
      guard reader.current == UInt8(ascii: "\"") else { throw reader.error("a key in quotes") }
      let key = try reader.string()
      guard object[key] == nil else { throw reader.error("each key once", got: "`\(key.prefix(60))` twice") }
      reader.skipSpace()
      guard reader.current == UInt8(ascii: ":") else { throw reader.error("`:`") }
      reader.index += 1
      object[key] = try reader.value()
    }
    return object
  }

  private mutating func list() throws -> [TemplateValue] {
    var values: [TemplateValue] = []
    try elements(until: UInt8(ascii: "]")) { values.append(try $0.value()) }
    return values
  }

  private mutating func elements(until end: UInt8, _ element: (inout JSONReader) throws -> Void) throws {
    index += 1
    skipSpace()
    guard current != end else {
      index += 1
      return
    }
    while true {
      skipSpace()
      try element(&self)
      skipSpace()
      guard current == UInt8(ascii: ",") else { break }
      index += 1
    }
    guard current == end else { throw error("`,` or `\(String(decoding: [end], as: UTF8.self))`") }
    index += 1
  }

  /// The system's reader decodes what stands between the quotes.
  private mutating func string() throws -> String {
    let start = index
    index += 1
    while let byte = current, byte != UInt8(ascii: "\"") { index += byte == UInt8(ascii: "\\") ? 2 : 1 }
    guard current != nil else { throw error("a closing quote") }
    index += 1
    let body = bytes[(start + 1)..<(index - 1)]
    if body.allSatisfy({ $0 >= 0x20 && $0 != UInt8(ascii: "\\") }), let text = String(validating: body, as: UTF8.self) {
      return text
    }
    guard let text = try? JSONDecoder().decode(String.self, from: Data(bytes[start..<index])) else {
      index = start
      throw error("text in UTF-8 with the escapes that JSON has", got: "other bytes")
    }
    return text
  }

  private mutating func word(_ word: String, _ value: TemplateValue) throws -> TemplateValue {
    guard bytes[index...].starts(with: word.utf8) else { throw error("`\(word)`") }
    index += word.utf8.count
    return value
  }

  private mutating func number() throws -> TemplateValue {
    let start = index
    func isPart(_ byte: UInt8) -> Bool {
      (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "+-.eE".utf8.contains(byte)
    }
    while let byte = current, isPart(byte) { index += 1 }
    let text = String(decoding: bytes[start..<index], as: UTF8.self)
    let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
    let isSound =
      digits.first?.isASCII == true && digits.first?.isNumber == true
      && (!digits.hasPrefix("0") || digits.dropFirst().first?.isNumber != true) && digits.last?.isNumber == true
      && !digits.contains(".e") && !digits.contains(".E")
    if isSound, digits.allSatisfy(\.isNumber), let value = Int(text) { return .integer(value) }
    guard isSound, !digits.allSatisfy(\.isNumber), let value = Double(text), value.isFinite else {
      index = start
      throw error("a value; whole numbers of 64 bits at most")
    }
    return .float(value)
  }

  private var current: UInt8? { index < bytes.count ? bytes[index] : nil }

  private mutating func skipSpace() {
    while let byte = current, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { index += 1 }
  }

  private func error(_ expected: String, got: String? = nil) -> TemplateError {
    let line = 1 + bytes[..<min(index, bytes.count)].count { $0 == 0x0A }
    let found =
      got
      ?? current.map { byte in
        (0x21...0x7E).contains(byte) ? "`\(String(decoding: [byte], as: UTF8.self))`" : "the byte \(byte)"
      }
    return .malformed(file: name, key: "line \(line)", expected: expected, got: found ?? "the end of the text")
  }
}
