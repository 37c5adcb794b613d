/// Makes a syntax tree of tokens, by the grammar of jinja2.
///
/// It recurses, and counts how deep: what is nested deeper than ``TemplateLimits`` allow is an error before the stack ends.
struct Parser {
  let tokens: [Token]
  let template: String
  let limits: TemplateLimits
  /// What is wrong behind the last token.
  let failure: (any Error)?
  var index = 0
  /// How deep the expression that is being read is nested.
  var expressionDepth = 0
  var blockDepth = 0
  /// Loops around what is being read, inside of its macro.
  var loopDepth = 0
  /// Branches of `if` around it: what a template may never reach may use what we do not know.
  var branchDepth = 0
  /// Macros around it.
  var macroDepth = 0

  init(_ tokens: [Token], failure: (any Error)?, template: String, limits: TemplateLimits) {
    self.tokens = tokens
    self.failure = failure
    self.template = template
    self.limits = limits
  }

  /// The whole template.
  mutating func parse() throws -> [Statement] {
    let statements = try body(until: [])
    if let failure { throw failure }
    return statements
  }

  var current: Token { index < tokens.count ? tokens[index] : Token(kind: .end, line: tokens.last?.line ?? 1) }

  /// The token behind the current one.
  var next: Token { index + 1 < tokens.count ? tokens[index + 1] : Token(kind: .end, line: current.line) }

  var line: Int { current.line }

  mutating func advance() { index += 1 }

  /// Goes over the current token if it is this one.
  mutating func skip(_ kind: Token.Kind) -> Bool {
    guard current.kind == kind else { return false }
    advance()
    return true
  }

  mutating func skip(_ symbol: Token.Symbol) -> Bool { skip(.symbol(symbol)) }

  mutating func skip(word: String) -> Bool { skip(.name(word)) }

  func isAt(_ symbol: Token.Symbol) -> Bool { current.kind == .symbol(symbol) }

  func isAt(word: String) -> Bool { current.kind == .name(word) }

  mutating func expect(_ kind: Token.Kind) throws {
    guard skip(kind) else { throw unexpected(Token(kind: kind, line: line).description) }
  }

  mutating func expect(_ symbol: Token.Symbol) throws { try expect(.symbol(symbol)) }

  mutating func expectName() throws -> String {
    guard case .name(let name) = current.kind else { throw unexpected("a name") }
    advance()
    return name
  }

  /// The error at the current token.
  func unexpected(_ expected: String) -> any Error {
    if current.kind == .end, let failure { return failure }
    return TemplateError.syntax(at: location(line), expected: expected, got: current.description)
  }

  func unsupported(line: Int, _ got: String, fix: String) -> TemplateError {
    .unsupported(at: location(line), got: got, fix: fix)
  }

  func location(_ line: Int) -> TemplateError.Location { TemplateError.Location(template: template, line: line) }

  /// An expression above its parts.
  func node(_ line: Int, _ kind: Expression.Kind, _ parts: [Expression] = []) throws -> Expression {
    let depth = 1 + (parts.lazy.map(\.depth).max() ?? 0)
    try require(depth: depth, line: line)
    return Expression(line: line, depth: depth, kind: kind)
  }

  func require(depth: Int, line: Int) throws {
    guard depth <= limits.expressionDepth else {
      throw TemplateError.limit(
        at: location(line), what: "an expression is nested too deeply", limit: limits.expressionDepth)
    }
  }
}
