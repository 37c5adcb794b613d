import Files

/// Calls, filters and tests.
extension Parser {
  mutating func call(of value: Expression) throws -> Expression {
    let line = line
    let arguments = try callArguments()
    return try node(line, .call(value, arguments), [value] + arguments.parts)
  }

  mutating func callArguments() throws -> Expression.CallArguments {
    try expect(.leftParenthesis)
    var arguments = Expression.CallArguments()
    while !isAt(.rightParenthesis) {
      if isAt(.multiply) || isAt(.power) {
        throw unsupported(
          line: line, "unpacking arguments with \(current.description)", fix: "Write the arguments one by one.")
      }
      if case .name(let name) = current.kind, next.kind == .symbol(.assign) {
        index += 2
        guard !arguments.named.contains(where: { $0.name.hasSameCodePoints(as: name) }) else {
          throw TemplateError.syntax(
            at: location(line), expected: "each argument once", got: "`\(name.prefix(60))` twice")
        }
        arguments.named.append((name, try expression()))
      } else {
        guard arguments.named.isEmpty else { throw unexpected("an argument with its name, behind others with theirs") }
        arguments.positional.append(try expression())
      }
      guard skip(.comma) else { break }
    }
    try expect(.rightParenthesis)
    return arguments
  }

  /// Filters, tests and calls behind an expression.
  mutating func filters(of expression: Expression) throws -> Expression {
    var result = expression
    while true {
      switch current.kind {
      case .symbol(.pipe):
        advance()
        result = try filter(of: result)
      case .name("is"): result = try test(of: result)
      case .symbol(.leftParenthesis): result = try call(of: result)
      default: return result
      }
    }
  }

  /// The filter whose name is here.
  mutating func filter(of value: Expression) throws -> Expression {
    let line = line
    let name = try dottedName()
    if Filters.all[name] == nil, branchDepth == 0 {
      throw unsupported(line: line, "the filter `\(name.prefix(60))`", fix: Filters.known)
    }
    let arguments = isAt(.leftParenthesis) ? try callArguments() : Expression.CallArguments()
    let call = Expression.FilterCall(name: name, arguments: arguments)
    return try node(line, .filter(value, call), [value] + arguments.parts)
  }

  private mutating func test(of value: Expression) throws -> Expression {
    let line = line
    advance()
    let negated = skip(word: "not")
    let name = try dottedName()
    if ValueTests.all[name] == nil, branchDepth == 0 {
      throw unsupported(line: line, "the test `\(name.prefix(60))`", fix: ValueTests.known)
    }
    let arguments = try testArguments()
    let call = Expression.FilterCall(name: name, arguments: arguments)
    let result = try node(line, .test(value, call), [value] + arguments.parts)
    return negated ? try node(line, .unary(.not, result), [result]) : result
  }

  /// The argument of a test needs no brackets: `x is divisibleby 3`.
  private mutating func testArguments() throws -> Expression.CallArguments {
    switch current.kind {
    case .symbol(.leftParenthesis): return try callArguments()
    case .name("else"), .name("or"), .name("and"): return Expression.CallArguments()
    case .name("is"): throw unexpected("no second test; `and` between the two")
    case .name, .string, .integer, .float, .symbol(.leftBracket), .symbol(.leftBrace):
      expressionDepth += 1
      defer { expressionDepth -= 1 }
      try require(depth: expressionDepth, line: line)
      return Expression.CallArguments(positional: [try postfix(of: primary())])
    default: return Expression.CallArguments()
    }
  }

  private mutating func dottedName() throws -> String {
    var name = try expectName()
    while skip(.dot) { name += "." + (try expectName()) }
    return name
  }
}
