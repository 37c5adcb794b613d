/// Names, literals, brackets.
extension Parser {
  mutating func primary() throws -> Expression {
    let line = line
    switch current.kind {
    case .name(let name):
      if macroDepth > 0, name == "varargs" || name == "kwargs" || name == "caller" {
        throw unsupported(line: line, "`\(name)` in a macro", fix: "Name each parameter.")
      }
      advance()
      return try node(line, Self.constants[name].map { .constant($0) } ?? .name(name))
    case .string(var text):
      advance()
      while case .string(let more) = current.kind {
        text.scalars += more.scalars
        advance()
      }
      return try node(line, .constant(.text(text)))
    case .integer(let value):
      advance()
      return try node(line, .constant(.integer(value)))
    case .float(let value):
      advance()
      return try node(line, .constant(.float(value)))
    case .symbol(.leftParenthesis):
      advance()
      let result = try tuple(inBrackets: true)
      try expect(.rightParenthesis)
      return result
    case .symbol(.leftBracket): return try list()
    case .symbol(.leftBrace): return try dict()
    default: throw unexpected("an expression")
    }
  }

  static let constants: [String: Expression.Constant] = [
    "true": .boolean(true), "True": .boolean(true), "false": .boolean(false), "False": .boolean(false),
    "none": .none, "None": .none,
  ]

  /// One expression, or several with commas between them.
  mutating func tuple(conditional: Bool = true, inBrackets: Bool = false, until words: Set<String> = []) throws
    -> Expression
  {
    let line = line
    var parts: [Expression] = []
    var isTuple = false
    while !isAtTupleEnd(words) {
      parts.append(try expression(conditional: conditional))
      guard skip(.comma) else { break }
      isTuple = true
    }
    if !isTuple, let only = parts.first { return only }
    guard isTuple || inBrackets else { throw unexpected("an expression") }
    return try node(line, .tuple(parts), parts)
  }

  private func isAtTupleEnd(_ words: Set<String>) -> Bool {
    switch current.kind {
    case .variableEnd, .blockEnd, .symbol(.rightParenthesis): true
    case .name(let name): words.contains(name)
    default: false
    }
  }

  private mutating func list() throws -> Expression {
    let line = line
    let items = try elements(until: .rightBracket) { try $0.expression() }
    return try node(line, .list(items), items)
  }

  private mutating func dict() throws -> Expression {
    let line = line
    let pairs = try elements(until: .rightBrace) { parser in
      let key = try parser.expression()
      try parser.expect(.colon)
      return Expression.Pair(key: key, value: try parser.expression())
    }
    return try node(line, .dict(pairs), pairs.flatMap { [$0.key, $0.value] })
  }

  /// What stands between brackets, with commas between and maybe behind.
  private mutating func elements<Element>(
    until end: Token.Symbol, _ element: (inout Parser) throws -> Element
  ) throws -> [Element] {
    advance()
    var found: [Element] = []
    while !isAt(end) {
      if !found.isEmpty {
        try expect(.comma)
        if isAt(end) { break }
      }
      found.append(try element(&self))
    }
    advance()
    return found
  }

  /// Attributes, subscripts and calls behind an expression.
  mutating func postfix(of expression: Expression) throws -> Expression {
    var result = expression
    while true {
      switch current.kind {
      case .symbol(.dot): result = try attribute(of: result)
      case .symbol(.leftBracket): result = try subscripted(result)
      case .symbol(.leftParenthesis): result = try call(of: result)
      default: return result
      }
    }
  }

  private mutating func attribute(of value: Expression) throws -> Expression {
    let line = line
    advance()
    switch current.kind {
    case .name(let name):
      advance()
      return try node(line, .attribute(value, name), [value])
    case .integer(let number):
      let position = try node(line, .constant(.integer(number)))
      advance()
      return try node(line, .item(value, position), [value])
    default: throw unexpected("a name or a number")
    }
  }

  private mutating func subscripted(_ value: Expression) throws -> Expression {
    let line = line
    advance()
    if isAt(.colon) { return try sliced(value, from: nil, line: line) }
    var parts = [try expression()]
    if isAt(.colon) { return try sliced(value, from: parts[0], line: line) }
    while skip(.comma) { parts.append(try expression()) }
    try expect(.rightBracket)
    let key = parts.count == 1 ? parts[0] : try node(line, .tuple(parts), parts)
    return try node(line, .item(value, key), [value, key])
  }

  private mutating func sliced(_ value: Expression, from start: Expression?, line: Int) throws -> Expression {
    let slice = try slice(from: start)
    if isAt(.comma) {
      throw unsupported(line: line, "a slice among several subscripts", fix: "Take one after the other.")
    }
    try expect(.rightBracket)
    return try node(line, .slice(value, slice), [value] + slice.parts)
  }

  private mutating func slice(from start: Expression?) throws -> Expression.Slice {
    try expect(.colon)
    let stop = isAt(.colon) || isAt(.rightBracket) || isAt(.comma) ? nil : try expression()
    let step = skip(.colon) && !isAt(.rightBracket) && !isAt(.comma) ? try expression() : nil
    return Expression.Slice(start: start, stop: stop, step: step)
  }
}
