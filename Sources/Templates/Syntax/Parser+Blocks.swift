/// Text, `{{ }}` and the bodies of blocks.
extension Parser {
  /// Statements up to a tag with one of these names, which is the current token afterwards; up to the end of the template
  /// if there are none.
  mutating func body(until ends: [String]) throws -> [Statement] {
    blockDepth += 1
    defer { blockDepth -= 1 }
    guard blockDepth <= limits.blockDepth else {
      throw TemplateError.limit(at: location(line), what: "blocks are nested too deeply", limit: limits.blockDepth)
    }
    // The tag in front of the body.
    let opened = index > 0 && index <= tokens.count ? tokens[index - 1].line : line
    var statements: [Statement] = []
    while true {
      switch current.kind {
      case .data(let text):
        advance()
        statements.append(.text(text))
      case .variableBegin:
        advance()
        statements.append(.output(try tuple()))
        try expect(.variableEnd)
      case .blockBegin:
        advance()
        if case .name(let name) = current.kind, ends.contains(name) { return statements }
        if let statement = try statement(until: ends) { statements.append(statement) }
        try expect(.blockEnd)
      default:
        guard ends.isEmpty else {
          throw unexpected("\(Self.tags(ends)) for the block in line \(opened)")
        }
        return statements
      }
    }
  }

  /// The rest of a tag, and the body behind it.
  mutating func block(until ends: String...) throws -> [Statement] {
    _ = skip(.colon)
    try expect(.blockEnd)
    return try body(until: ends)
  }

  /// A block that ends with one tag, whose name is skipped.
  mutating func block(endedBy end: String) throws -> [Statement] {
    let body = try block(until: end)
    advance()
    return body
  }

  /// A body with other loops around it than what is around the block.
  mutating func separateBlock(endedBy end: String) throws -> [Statement] {
    let loops = loopDepth
    loopDepth = 0
    defer { loopDepth = loops }
    return try block(endedBy: end)
  }

  static func tags(_ names: [String]) -> String { names.map { "`{% \($0) %}`" }.joined(separator: " or ") }
}
