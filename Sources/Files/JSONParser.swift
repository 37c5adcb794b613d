import Foundation

/// Reads JSON text byte by byte (RFC 8259); the bytes are known to be UTF-8.
struct JSONParser {
  typealias Failure = JSONTree.Failure

  private let rules: JSONTree.Rules
  private let bytes: UnsafeBufferPointer<UInt8>
  private var index = 0
  private var depth = 0

  init(_ bytes: UnsafeBufferPointer<UInt8>, _ rules: JSONTree.Rules) {
    self.bytes = bytes
    self.rules = rules
  }

  mutating func whole() throws -> JSONTree {
    let value = try value()
    skipSpace()
    guard index == bytes.count else { throw failure("text after the end") }
    return value
  }

  private func failure(_ reason: String) -> Failure { Failure(place: index, reason: reason) }

  private var current: UInt8? { index < bytes.count ? bytes[index] : nil }

  private mutating func skipSpace() {
    while index < bytes.count {
      switch bytes[index] {
      case 0x20, 0x09, 0x0A, 0x0D: index += 1
      default: return
      }
    }
  }

  private mutating func value() throws -> JSONTree {
    skipSpace()
    switch current {
    case UInt8(ascii: "\"")?: return .text(try text())
    case UInt8(ascii: "{")?: return .object(try members())
    case UInt8(ascii: "[")?: return .list(try elements())
    case UInt8(ascii: "t")?: return try word("true", .boolean(true))
    case UInt8(ascii: "f")?: return try word("false", .boolean(false))
    case UInt8(ascii: "n")?: return try word("null", .null)
    case nil: throw failure("the end of the file where a value is expected")
    default: return try number()
    }
  }

  private mutating func word(_ word: StaticString, _ value: JSONTree) throws -> JSONTree {
    let end = index + word.utf8CodeUnitCount
    let expected = UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)
    guard end <= bytes.count, bytes[index..<end].elementsEqual(expected) else { throw failure("no JSON value") }
    index = end
    return value
  }

  private mutating func number() throws -> JSONTree {
    let start = index
    func isPart(_ byte: UInt8) -> Bool {
      (0x30...0x39).contains(byte) || byte == 0x2B || byte == 0x2D || byte == 0x2E || byte == 0x45 || byte == 0x65
    }
    while let byte = current, isPart(byte) { index += 1 }
    let written = String(decoding: bytes[start..<index], as: UTF8.self)
    let digits = written.utf8.first == 0x2D ? written.utf8.dropFirst() : written.utf8[...]
    let isForm =
      digits.first.map { (0x30...0x39).contains($0) } == true
      && !(digits.first == 0x30 && digits.dropFirst().first.map { (0x30...0x39).contains($0) } == true)
    if isForm, let value = Int(written) { return .integer(value) }
    let isWhole = digits.allSatisfy { (0x30...0x39).contains($0) }
    let isSound = isForm && written.utf8.last != 0x2E && !written.contains(".e") && !written.contains(".E")
    if isSound, !(isWhole && rules.wholeNumbersFit), let value = Double(written), value.isFinite {
      return .number(value)
    }
    index = start
    throw failure(isSound && isWhole ? "a whole number of more than 64 bits" : "no JSON value")
  }

  private mutating func enter() throws {
    depth += 1
    guard depth <= JSONFile.depthLimit else {
      throw failure("brackets nested deeper than \(JSONFile.depthLimit) levels")
    }
    index += 1
    skipSpace()
  }

  private mutating func elements() throws -> [JSONTree] {
    try enter()
    defer { depth -= 1 }
    var elements: [JSONTree] = []
    if closes(UInt8(ascii: "]")) { return elements }
    while true {
      elements.append(try value())
      if try endsAfterElement(UInt8(ascii: "]")) { return elements }
    }
  }

  private mutating func members() throws -> [JSONTree.Member] {
    try enter()
    defer { depth -= 1 }
    var members: [JSONTree.Member] = []
    var names: Set<[UInt8]> = []
    if closes(UInt8(ascii: "}")) { return members }
    while true {
      skipSpace()
      guard current == UInt8(ascii: "\"") else { throw failure("no key where one is expected") }
      let start = index
      let name = try text()
      if rules.keysAreUnique, !names.insert(name).inserted {
        index = start
        var failure = failure("the key `\(String(decoding: name.prefix(60), as: UTF8.self))` is listed twice")
        failure.isRepeatedKey = true
        throw failure
      }
      skipSpace()
      guard closes(UInt8(ascii: ":")) else { throw failure("no colon after a key") }
      members.append(JSONTree.Member(name: name, value: try value()))
      if try endsAfterElement(UInt8(ascii: "}")) { return members }
    }
  }

  /// Steps over `byte` if it is the next one.
  private mutating func closes(_ byte: UInt8) -> Bool {
    guard current == byte else { return false }
    index += 1
    return true
  }

  private mutating func endsAfterElement(_ end: UInt8) throws -> Bool {
    skipSpace()
    if closes(end) { return true }
    guard closes(UInt8(ascii: ",")) else { throw failure("neither a comma nor the closing bracket") }
    return false
  }

  private mutating func text() throws -> [UInt8] {
    index += 1
    let start = index
    while index < bytes.count, bytes[index] != 0x22, bytes[index] != 0x5C, bytes[index] >= 0x20 { index += 1 }
    var text = Array(bytes[start..<index])
    while let byte = current {
      switch byte {
      case 0x22:
        index += 1
        return text
      case 0x5C: try escape(into: &text)
      case ..<0x20: throw failure("a control character in a string")
      default:
        text.append(byte)
        index += 1
      }
    }
    throw failure("a string without an end")
  }

  private mutating func escape(into text: inout [UInt8]) throws {
    index += 1
    guard let byte = current else { throw failure("a string without an end") }
    index += 1
    switch byte {
    case 0x22, 0x5C, 0x2F: text.append(byte)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0C)
    case UInt8(ascii: "n"): text.append(0x0A)
    case UInt8(ascii: "r"): text.append(0x0D)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "u"): text.append(contentsOf: Array(String(try escapedScalar()).utf8))
    default: throw failure("an unknown escape")
    }
  }

  /// The scalar of `\uXXXX`, of which the first two bytes are read, or of two of them that are a pair.
  private mutating func escapedScalar() throws -> Unicode.Scalar {
    let first = try fourDigits()
    if let scalar = Unicode.Scalar(first) { return scalar }
    guard first < 0xDC00, closes(0x5C), closes(UInt8(ascii: "u")) else { throw failure("half a surrogate pair") }
    let second = try fourDigits()
    guard (0xDC00..<0xE000).contains(second),
      let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
    else { throw failure("half a surrogate pair") }
    return scalar
  }

  private mutating func fourDigits() throws -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = current, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw failure("an escape without four hexadecimal digits")
      }
      value = value << 4 | UInt32(digit)
      index += 1
    }
    return value
  }
}
