/// What stands inside of `{{ }}` and `{% %}`.
extension Lexer {
  /// Reads tokens up to the end of a tag, which is not looked for inside of brackets.
  mutating func readTokens(until end: Token.Kind, opened: Int) throws {
    var open: [Token.Symbol] = []
    while position < source.count {
      if open.isEmpty, let (next, trimsLine) = tagEnd(end) {
        add(end)
        return finish(at: next, trimsLine: trimsLine)
      }
      let scalar = source[position]
      if scalar.isPythonSpace {
        advance(to: skippingSpace(position))
      } else if scalar.isDigit {
        try readNumber()
      } else if scalar.beginsName {
        readName()
      } else if scalar == "'" || scalar == "\"" {
        try readString(quote: scalar)
      } else {
        try readSymbol(&open)
      }
    }
    let missing = open.last?.closing?.rawValue ?? (end == .blockEnd ? "%}" : "}}")
    throw error(
      line: tokens.last?.line ?? opened, expected: "`\(missing)` for the tag that begins in line \(opened)",
      got: "the end of the template")
  }

  private func tagEnd(_ end: Token.Kind) -> (next: Int, trimsLine: Bool)? {
    if end == .blockEnd { return blockEnd(at: position) }
    if matches("}}", at: position) { return (position + 2, false) }
    return matches("-}}", at: position) ? (skippingSpace(position + 3), false) : nil
  }

  private mutating func readName() {
    var end = position + 1
    while end < source.count, source[end].continuesName { end += 1 }
    add(.name(Text(Array(source[position..<end])).string))
    position = end
  }

  private mutating func readSymbol(_ open: inout [Token.Symbol]) throws {
    guard let (symbol, scalars) = Token.Symbol.spelled.first(where: { matches($0.scalars, at: position) }) else {
      throw error(line: line, expected: "an expression", got: "the character \(Text([source[position]]).quoted)")
    }
    if symbol.closing != nil {
      open.append(symbol)
    } else if symbol.closes {
      guard let expected = open.popLast()?.closing else {
        throw error(line: line, expected: "the end of the tag or an operator", got: "`\(symbol.rawValue)`")
      }
      guard expected == symbol else {
        throw error(line: line, expected: "`\(expected.rawValue)`", got: "`\(symbol.rawValue)`")
      }
    }
    add(.symbol(symbol))
    position += scalars.count
  }

  mutating func add(_ kind: Token.Kind) { tokens.append(Token(kind: kind, line: line)) }

  /// Moves on and counts lines.
  mutating func advance(to index: Int) {
    for scalar in source[position..<index] where scalar == "\n" { line += 1 }
    position = index
  }

  func skippingSpace(_ index: Int) -> Int {
    var end = min(index, source.count)
    while end < source.count, source[end].isPythonSpace { end += 1 }
    return end
  }

  func matches(_ text: String, at index: Int) -> Bool {
    var index = index
    for scalar in text.unicodeScalars {
      guard index < source.count, source[index] == scalar else { return false }
      index += 1
    }
    return true
  }

  func matches(_ scalars: [Unicode.Scalar], at index: Int) -> Bool {
    guard index + scalars.count <= source.count else { return false }
    for offset in scalars.indices where source[index + offset] != scalars[offset] { return false }
    return true
  }

  func error(line: Int, expected: String, got: String) -> TemplateError {
    .syntax(at: TemplateError.Location(template: template, line: line), expected: expected, got: got)
  }
}

extension Unicode.Scalar {
  var isDigit: Bool { ("0"..."9").contains(self) }

  var beginsName: Bool {
    isASCII ? ("a"..."z").contains(self) || ("A"..."Z").contains(self) || self == "_" : properties.isXIDStart
  }

  var continuesName: Bool { isASCII ? beginsName || isDigit : properties.isXIDContinue }
}
