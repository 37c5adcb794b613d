import Foundation

/// Reads JSON text byte by byte (RFC 8259); the bytes are known to be UTF-8.
///
/// A caller takes values as trees, or goes through objects and lists member by member, or steps over what it has no use for:
/// ``skip()`` finds every fault that ``value()`` finds, and keeps nothing.
public struct JSONParser {
  typealias Failure = JSONTree.Failure

  private let rules: JSONTree.Rules
  private let bytes: UnsafeBufferPointer<UInt8>
  /// The byte that is next.
  public private(set) var index = 0
  private var depth = 0
  /// Bytes of memory that the values take which were given away so far, about.
  private var kept = 0
  /// Values that were stepped over.
  private var stepped = 0
  /// Where the names of the members are, their quotation marks included, in which the next byte lies.
  private var names: [Range<Int>] = []

  init(_ bytes: UnsafeBufferPointer<UInt8>, _ rules: JSONTree.Rules) {
    self.bytes = bytes
    self.rules = rules
  }

  /// Reads a whole text, of which `body` takes the one value that there must be.
  ///
  /// - Parameters:
  ///   - text: The text.
  ///   - rules: What is asked of it.
  ///   - body: Takes the value.
  /// - Throws: ``JSONTree/Failure``, also for what is not UTF-8 and for text behind the value; what `body` throws.
  public static func whole<Result>(
    _ text: UnsafeRawBufferPointer, rules: JSONTree.Rules = JSONTree.Rules(),
    _ body: (inout JSONParser) throws -> Result
  ) throws -> Result {
    try text.withMemoryRebound(to: UInt8.self) { bytes in
      if let position = UTF8Text.firstInvalidByte(in: bytes) { throw Failure(position: position, reason: "not UTF-8") }
      var parser = JSONParser(bytes, rules)
      let result = try body(&parser)
      parser.skipSpace()
      guard parser.index == bytes.count else { throw parser.failure("text after the end") }
      return result
    }
  }

  private func failure(_ reason: String) -> Failure {
    let keys = names.prefix(4).map { String(decoding: bytes[$0].dropFirst().dropLast().prefix(60), as: UTF8.self) }
    let path = keys.joined(separator: ".") + (names.count > keys.count ? ".…" : "")
    return Failure(position: index, reason: reason, key: keys.isEmpty ? nil : path)
  }

  /// Values of a few bytes each take twenty times as much memory as their text: a text of nothing else is a bomb.
  private mutating func keep(_ count: Int) throws {
    kept += count
    guard kept <= JSONFile.memory(ofText: bytes.count) else {
      throw failure("more values than a text of \(bytes.count) bytes may have")
    }
  }

  private mutating func step() throws {
    stepped += 1
    guard stepped <= JSONFile.values(ofText: bytes.count) else {
      throw failure(
        "more than the \(JSONFile.values(ofText: bytes.count)) values that a text of \(bytes.count) bytes may have")
    }
  }

  private var current: UInt8? { index < bytes.count ? bytes[index] : nil }

  private mutating func skipSpace() {
    while index < bytes.count {
      switch bytes[index] {
      case 0x20, 0x09, 0x0A, 0x0D: index += 1
      default: return
      }
    }
  }

  /// The next value, whole.
  public mutating func value() throws -> JSONTree {
    skipSpace()
    try keep(24)
    switch current {
    case UInt8(ascii: "\"")?:
      let text = try text()
      try keep(40 + text.count)
      return .text(text)
    case UInt8(ascii: "{")?:
      var found: [JSONTree.Member] = []
      try keep(40)
      try members { parser, name in
        try parser.keep(50 + name.count)
        found.append(JSONTree.Member(name: name, value: try parser.value()))
      }
      return .object(found)
    case UInt8(ascii: "[")?:
      var found: [JSONTree] = []
      try keep(40)
      try elements { found.append(try $0.value()) }
      return .list(found)
    case UInt8(ascii: "t")?: return try word("true", .boolean(true))
    case UInt8(ascii: "f")?: return try word("false", .boolean(false))
    case UInt8(ascii: "n")?: return try word("null", .null)
    case nil: throw failure("the end of the file where a value is expected")
    default: return try number()
    }
  }

  /// Steps over the next value, checked as ``value()`` checks it, but for numbers that are too large.
  public mutating func skip() throws {
    skipSpace()
    try step()
    switch current {
    case UInt8(ascii: "\"")?: try skipText()
    case UInt8(ascii: "{")?:
      try enter()
      defer { depth -= 1 }
      if closes(UInt8(ascii: "}")) { return }
      var seen: Set<[UInt8]> = []
      repeat {
        names.append(
          try key { parser in
            guard parser.rules.keysAreUnique else { return try parser.skipText() }
            let start = parser.index
            try parser.once(try parser.text(), at: start, &seen)
          })
        try skip()
        names.removeLast()
      } while try !endsAfterElement(UInt8(ascii: "}"))
    case UInt8(ascii: "[")?:
      try enter()
      defer { depth -= 1 }
      if closes(UInt8(ascii: "]")) { return }
      repeat { try skip() } while try !endsAfterElement(UInt8(ascii: "]"))
    case UInt8(ascii: "t")?, UInt8(ascii: "f")?, UInt8(ascii: "n")?: _ = try value()
    case nil: throw failure("the end of the file where a value is expected")
    default: _ = try numberText()
    }
  }

  /// Whether the next value is an object.
  /// - Throws: ``JSONTree/Failure`` where the text ends instead.
  public mutating func isAtObject() throws -> Bool {
    skipSpace()
    guard let current else { throw failure("the end of the file where a value is expected") }
    return current == UInt8(ascii: "{")
  }

  /// Goes through an object, which must be next; `body` takes each member's value.
  ///
  /// - Parameter body: Gets the member's name as the UTF-8 that it stands for.
  public mutating func members(_ body: (inout JSONParser, _ name: [UInt8]) throws -> Void) throws {
    skipSpace()
    guard current == UInt8(ascii: "{") else { throw failure("no object where one is expected") }
    try enter()
    defer { depth -= 1 }
    var seen: Set<[UInt8]> = []
    if closes(UInt8(ascii: "}")) { return }
    repeat {
      var name: [UInt8] = []
      let range = try key { name = try $0.text() }
      if rules.keysAreUnique { try once(name, at: range.lowerBound, &seen) }
      names.append(range)
      try body(&self, name)
      names.removeLast()
    } while try !endsAfterElement(UInt8(ascii: "}"))
  }

  /// Goes through a list, which must be next; `body` takes each element.
  public mutating func elements(_ body: (inout JSONParser) throws -> Void) throws {
    skipSpace()
    guard current == UInt8(ascii: "[") else { throw failure("no list where one is expected") }
    try enter()
    defer { depth -= 1 }
    if closes(UInt8(ascii: "]")) { return }
    repeat { try body(&self) } while try !endsAfterElement(UInt8(ascii: "]"))
  }

  /// Refuses a key that an object has already.
  private mutating func once(_ name: [UInt8], at start: Int, _ seen: inout Set<[UInt8]>) throws {
    guard !seen.insert(name).inserted else { return }
    index = start
    throw failure("the key `\(String(decoding: name.prefix(60), as: UTF8.self))` is listed twice")
  }

  /// Reads a key and its colon; where the key is.
  private mutating func key(_ read: (inout JSONParser) throws -> Void) throws -> Range<Int> {
    skipSpace()
    guard current == UInt8(ascii: "\"") else { throw failure("no key where one is expected") }
    let start = index
    try read(&self)
    let range = start..<index
    skipSpace()
    guard closes(UInt8(ascii: ":")) else { throw failure("no colon after a key") }
    return range
  }

  private mutating func word(_ word: StaticString, _ value: JSONTree) throws -> JSONTree {
    let end = index + word.utf8CodeUnitCount
    let expected = UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)
    guard end <= bytes.count, bytes[index..<end].elementsEqual(expected) else { throw noValue() }
    index = end
    return value
  }

  private mutating func number() throws -> JSONTree {
    let start = index
    let (written, isWhole) = try numberText()
    if let value = Int(written) { return .integer(value) }
    if !(isWhole && rules.wholeNumbersFit), let value = Double(written), value.isFinite { return .number(value) }
    index = start
    throw failure(
      isWhole && rules.wholeNumbersFit ? "a whole number of more than 64 bits" : "a number too large for 64 bits")
  }

  /// The error for what is next, which is not a value.
  private func noValue() -> Failure {
    let shown = bytes[index...].prefix(20).prefix { !" \t\n\r,]}\":".utf8.contains($0) }
    return failure(
      shown.isEmpty ? "no JSON value" : "`\(String(decoding: shown, as: UTF8.self))`, which is not a JSON value")
  }

  /// The next number as it is written, and whether it is written as a whole one.
  private mutating func numberText() throws -> (text: String, isWhole: Bool) {
    let start = index
    func digits() -> Int { bytes[index...].prefix { (0x30...0x39).contains($0) }.count }
    func refuse() throws -> Never {
      index = start
      throw noValue()
    }
    _ = closes(UInt8(ascii: "-"))
    let whole = digits()
    guard whole > 0, whole == 1 || bytes[index] != UInt8(ascii: "0") else { try refuse() }
    index += whole
    var isWhole = true
    if closes(UInt8(ascii: ".")) {
      let fraction = digits()
      guard fraction > 0 else { try refuse() }
      (index, isWhole) = (index + fraction, false)
    }
    if closes(UInt8(ascii: "e")) || closes(UInt8(ascii: "E")) {
      if !closes(UInt8(ascii: "+")) { _ = closes(UInt8(ascii: "-")) }
      let exponent = digits()
      guard exponent > 0 else { try refuse() }
      (index, isWhole) = (index + exponent, false)
    }
    return (String(decoding: bytes[start..<index], as: UTF8.self), isWhole)
  }

  private mutating func enter() throws {
    depth += 1
    guard depth <= JSONFile.depthLimit else {
      throw failure("brackets nested deeper than \(JSONFile.depthLimit) levels")
    }
    index += 1
    skipSpace()
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
    skipSpace()
    guard current != end else { throw failure("a comma before the closing bracket") }
    return false
  }

  /// The text that must be next, as the UTF-8 that it stands for.
  private mutating func text() throws -> [UInt8] {
    let start = index + 1
    index = endOfPlainText(from: start)
    var text = Array(bytes[start..<index])
    try endOfText { text.append(contentsOf: $0) }
    return text
  }

  /// Where the first byte is that does not stand for itself.
  private func endOfPlainText(from start: Int) -> Int {
    var end = start
    let count = bytes.count
    while end < count {
      let byte = bytes[end]
      if byte < 0x20 || byte == 0x22 || byte == 0x5C { break }
      end += 1
    }
    return end
  }

  private mutating func skipText() throws {
    index += 1
    try endOfText { _ in }
  }

  /// Reads to the quotation mark that ends a text; `take` gets the bytes that it stands for, piece by piece.
  private mutating func endOfText(_ take: (Slice<UnsafeBufferPointer<UInt8>>) -> Void) throws {
    while let byte = current {
      switch byte {
      case 0x22:
        index += 1
        return
      case 0x5C: try escape().withUnsafeBufferPointer { take($0[...]) }
      case ..<0x20: throw failure(Self.controlCharacter(byte))
      default:
        let start = index
        index = endOfPlainText(from: start)
        take(bytes[start..<index])
      }
    }
    throw failure("a string without an end")
  }

  private static func controlCharacter(_ byte: UInt8) -> String {
    let code = String(byte, radix: 16, uppercase: true)
    let name = [0x09: "a tab", 0x0A: "a line feed", 0x0D: "a carriage return"][byte] ?? "a control character"
    let spelled = [0x09: "\\t", 0x0A: "\\n", 0x0D: "\\r"][byte] ?? "\\u00" + (byte < 0x10 ? "0" : "") + code
    return "\(name) (U+00\(byte < 0x10 ? "0" : "")\(code)) in a string, where it must be written \(spelled)"
  }

  private mutating func escape() throws -> [UInt8] {
    let start = index
    index += 1
    guard let byte = current else { throw failure("a string without an end") }
    index += 1
    switch byte {
    case 0x22, 0x5C, 0x2F: return [byte]
    case UInt8(ascii: "b"): return [0x08]
    case UInt8(ascii: "f"): return [0x0C]
    case UInt8(ascii: "n"): return [0x0A]
    case UInt8(ascii: "r"): return [0x0D]
    case UInt8(ascii: "t"): return [0x09]
    case UInt8(ascii: "u"): return Array(String(try escapedScalar()).utf8)
    default:
      index = start
      let character = String(decoding: bytes[(start + 1)...].prefix(4), as: UTF8.self).unicodeScalars.first
      throw failure("the escape \\\(character.map { String($0) } ?? ""), which JSON does not have")
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
