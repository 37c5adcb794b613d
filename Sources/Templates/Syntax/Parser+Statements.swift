import Files

/// The tags.
extension Parser {
  /// The statement whose name is here; `nil` for one that does nothing.
  mutating func statement(until ends: [String]) throws -> Statement? {
    let line = line
    guard case .name(let name) = current.kind else { throw unexpected("the name of a tag") }
    advance()
    switch name {
    case "if": return try conditionStatement()
    case "for": return try loop(line: line)
    case "set": return try assignment()
    case "macro": return try macro(line: line)
    case "with": return try with()
    case "filter":
      let filter = try filterChain()
      return .filterBlock(filter, body: try block(endedBy: "endfilter"))
    case "generation": return .scope(try separateBlock(endedBy: "endgeneration"))
    case "print": return .output(try tuple())
    case "break", "continue":
      guard loopDepth > 0 else {
        throw TemplateError.syntax(at: location(line), expected: "a loop around it", got: "`\(name)` outside of a loop")
      }
      return name == "break" ? .breakLoop : .continueLoop
    case "import", "from", "include", "extends", "block", "call", "autoescape", "do", "trans":
      throw unsupported(line: line, "the tag `\(name)`", fix: "A chat template is one file without it.")
    default:
      let expected = ends.isEmpty ? "a tag that opens a block" : "\(Self.tags(ends)), or a tag that opens a block"
      throw TemplateError.syntax(at: location(line), expected: expected, got: "the tag `\(name.prefix(60))`")
    }
  }

  private mutating func conditionStatement() throws -> Statement {
    branchDepth += 1
    defer { branchDepth -= 1 }
    var branches: [Statement.Branch] = []
    while true {
      let test = try tuple(conditional: false)
      branches.append(Statement.Branch(test: test, body: try block(until: "elif", "else", "endif")))
      if skip(word: "elif") { continue }
      if skip(word: "else") { return .condition(branches, otherwise: try block(endedBy: "endif")) }
      advance()
      return .condition(branches, otherwise: [])
    }
  }

  private mutating func loop(line: Int) throws -> Statement {
    let target = try target(until: ["in"])
    guard skip(word: "in") else { throw unexpected("`in`") }
    let items = try tuple(conditional: false, until: ["recursive"])
    let test = skip(word: "if") ? try expression() : nil
    if isAt(word: "recursive") {
      throw unsupported(line: line, "a loop that is `recursive`", fix: "Use a macro that calls itself.")
    }
    loopDepth += 1
    let body = try block(until: "endfor", "else")
    loopDepth -= 1
    let otherwise = skip(word: "else") ? try block(until: "endfor") : []
    advance()
    return .loop(
      Statement.Loop(line: line, target: target, items: items, test: test, body: body, otherwise: otherwise))
  }

  private mutating func assignment() throws -> Statement {
    let target = try target(namespaces: true)
    if skip(.assign) { return .set(target, try tuple()) }
    let filter = skip(.pipe) ? try filterChain() : nil
    return .setBlock(target, filter: filter, body: try block(endedBy: "endset"))
  }

  private mutating func with() throws -> Statement {
    var values: [(Statement.Target, Expression)] = []
    while current.kind != .blockEnd, !isAt(.colon) {
      if !values.isEmpty { try expect(.comma) }
      let target = try target()
      try expect(.assign)
      values.append((target, try expression()))
    }
    return .with(values, body: try block(endedBy: "endwith"))
  }

  /// One filter or more on the text of a block.
  private mutating func filterChain() throws -> Expression {
    var chain = try filter(of: try node(line, .enclosedText))
    while skip(.pipe) { chain = try filter(of: chain) }
    return chain
  }

  private mutating func macro(line: Int) throws -> Statement {
    let name = try targetName()
    try expect(.leftParenthesis)
    var parameters: [Statement.Parameter] = []
    while !isAt(.rightParenthesis) {
      if !parameters.isEmpty { try expect(.comma) }
      let parameter = try targetName()
      guard !parameters.contains(where: { $0.name.hasSameCodePoints(as: parameter) }) else {
        throw unexpected("another name than `\(parameter.prefix(60))`, which is a parameter already")
      }
      let standard = skip(.assign) ? try expression() : nil
      guard standard != nil || parameters.last?.standard == nil else {
        throw unexpected("`=` and a value, as the parameters before have them")
      }
      parameters.append(Statement.Parameter(name: parameter, standard: standard))
    }
    advance()
    macroDepth += 1
    defer { macroDepth -= 1 }
    let body = try separateBlock(endedBy: "endmacro")
    return .macro(Statement.Macro(name: name, parameters: parameters, body: body), line: line)
  }
}
