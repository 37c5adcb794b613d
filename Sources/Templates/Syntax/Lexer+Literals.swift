/// Numbers and strings, as Python writes them.
extension Lexer {
  mutating func readNumber() throws {
    // Behind a dot only a whole number can stand: `items.0.1`.
    let afterDot = position > 0 && source[position - 1] == "."
    if !afterDot, let end = floatEnd() {
      let digits = Text(source[position..<end].filter { $0 != "_" }).string
      guard let value = Double(digits) else { throw error(line: line, expected: "a number", got: "`\(digits)`") }
      add(.float(value))
      position = end
      return
    }
    let (end, radix, start) = integerEnd()
    let digits = Text(source[start..<end].filter { $0 != "_" }).string
    guard let value = Int(digits, radix: radix) else {
      throw TemplateError.limit(
        at: TemplateError.Location(template: template, line: line), what: "the number has \(digits.count) digits",
        limit: Int.max)
    }
    add(.integer(value))
    position = end
  }

  /// Behind the digits, which may be parted by single `_`; `nil` where there is none.
  private func digitsEnd(_ start: Int, _ isDigit: (Unicode.Scalar) -> Bool) -> Int? {
    var end = start
    while end < source.count {
      if isDigit(source[end]) {
        end += 1
      } else if source[end] == "_", end > start, end + 1 < source.count, isDigit(source[end + 1]) {
        end += 2
      } else {
        break
      }
    }
    return end > start ? end : nil
  }

  private func floatEnd() -> Int? {
    guard var end = digitsEnd(position, \.isDigit) else { return nil }
    var isFloat = false
    if end < source.count, source[end] == ".", let fraction = digitsEnd(end + 1, \.isDigit) {
      (end, isFloat) = (fraction, true)
    }
    if end < source.count, source[end] == "e" || source[end] == "E" {
      let signed = end + 1 < source.count && (source[end + 1] == "+" || source[end + 1] == "-")
      if let exponent = digitsEnd(end + (signed ? 2 : 1), \.isDigit) { (end, isFloat) = (exponent, true) }
    }
    return isFloat ? end : nil
  }

  private func integerEnd() -> (end: Int, radix: Int, digits: Int) {
    guard source[position] == "0" else { return (digitsEnd(position, \.isDigit) ?? position + 1, 10, position) }
    let forms: [(String, Int, (Unicode.Scalar) -> Bool)] = [
      ("bB", 2, { $0 == "0" || $0 == "1" }), ("oO", 8, { ("0"..."7").contains($0) }),
      ("xX", 16, { $0.properties.isASCIIHexDigit }),
    ]
    for (letters, radix, isDigit) in forms
    where position + 1 < source.count && letters.unicodeScalars.contains(source[position + 1]) {
      let start = position + 2 < source.count && source[position + 2] == "_" ? position + 3 : position + 2
      if let end = digitsEnd(start, isDigit) { return (end, radix, start) }
    }
    // `007` is the number 00 and then 7, which the parser refuses.
    return (digitsEnd(position) { $0 == "0" } ?? position + 1, 10, position)
  }

  mutating func readString(quote: Unicode.Scalar) throws {
    var end = position + 1
    while end < source.count, source[end] != quote { end += source[end] == "\\" ? 2 : 1 }
    guard end < source.count else {
      throw error(line: line, expected: "a closing \(quote == "'" ? "'" : "\"")", got: "the end of the template")
    }
    add(.string(Text(try unescaped(Array(source[(position + 1)..<end])))))
    advance(to: end + 1)
  }

  private static let simpleEscapes: [Unicode.Scalar: Unicode.Scalar] = [
    "n": "\n", "t": "\t", "r": "\r", "\\": "\\", "'": "'", "\"": "\"", "a": "\u{7}", "b": "\u{8}", "f": "\u{c}",
    "v": "\u{b}",
  ]

  private func unescaped(_ body: [Unicode.Scalar]) throws -> [Unicode.Scalar] {
    var result: [Unicode.Scalar] = []
    var index = 0
    while index < body.count {
      let scalar = body[index]
      guard scalar == "\\", index + 1 < body.count else {
        result.append(scalar)
        index += 1
        continue
      }
      let kind = body[index + 1]
      if let simple = Self.simpleEscapes[kind] {
        result.append(simple)
        index += 2
      } else if kind == "\n" {
        index += 2
      } else if ("0"..."7").contains(kind) {
        index = try number(body, from: index + 1, digits: 1...3, radix: 8, into: &result)
      } else if let digits = ["x": 2, "u": 4, "U": 8][kind] {
        index = try number(body, from: index + 2, digits: digits...digits, radix: 16, into: &result)
      } else if kind == "N" {
        throw error(line: line, expected: "`\\u` and four digits", got: "a character by its name (`\\N`)")
      } else {
        // Python keeps a backslash that escapes nothing; before other than ASCII it shows the number of what follows.
        result.append("\\")
        if kind.isASCII { result.append(kind) } else { result += kind.escapeBody.unicodeScalars }
        index += 2
      }
    }
    return result
  }

  private func number(
    _ body: [Unicode.Scalar], from start: Int, digits: ClosedRange<Int>, radix: UInt32,
    into result: inout [Unicode.Scalar]
  ) throws -> Int {
    var (end, value) = (start, UInt32(0))
    while end < body.count, end - start < digits.upperBound, let digit = body[end].hexDigit, digit < radix {
      value = value &* radix &+ digit
      end += 1
    }
    guard end - start >= digits.lowerBound, let scalar = Unicode.Scalar(value) else {
      throw error(line: line, expected: "the number of a character behind `\\`", got: "something else")
    }
    result.append(scalar)
    return end
  }
}

extension Unicode.Scalar {
  var hexDigit: UInt32? {
    switch self {
    case "0"..."9": value - 48
    case "a"..."f": value - 87
    case "A"..."F": value - 55
    default: nil
    }
  }

  /// `xe9`, `u6f22`, `U0001f600`: how Python spells it behind a backslash.
  var escapeBody: String {
    let (letter, digits) = value < 0x100 ? ("x", 2) : value < 0x10000 ? ("u", 4) : ("U", 8)
    let hex = String(value, radix: 16)
    return letter + String(repeating: "0", count: max(0, digits - hex.count)) + hex
  }
}
