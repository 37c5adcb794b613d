/// Operators, from the loosest to the tightest.
extension Parser {
  /// - Parameter conditional: Whether `a if b else c` may stand here without brackets.
  mutating func expression(conditional: Bool = true) throws -> Expression {
    expressionDepth += 1
    defer { expressionDepth -= 1 }
    try require(depth: expressionDepth, line: line)
    return conditional ? try condition() : try disjunction()
  }

  private mutating func condition() throws -> Expression {
    var result = try disjunction()
    while isAt(word: "if") {
      let line = line
      advance()
      let test = try disjunction()
      let otherwise = skip(word: "else") ? try expression() : nil
      let condition = Expression.Condition(test: test, then: result, otherwise: otherwise)
      result = try node(line, .condition(condition), [result, test] + [otherwise].compactMap(\.self))
    }
    return result
  }

  private mutating func disjunction() throws -> Expression {
    var left = try conjunction()
    while isAt(word: "or") {
      let line = line
      advance()
      let right = try conjunction()
      left = try node(line, .or(left, right), [left, right])
    }
    return left
  }

  private mutating func conjunction() throws -> Expression {
    var left = try negation()
    while isAt(word: "and") {
      let line = line
      advance()
      let right = try negation()
      left = try node(line, .and(left, right), [left, right])
    }
    return left
  }

  private mutating func negation() throws -> Expression {
    var lines: [Int] = []
    while isAt(word: "not") {
      lines.append(line)
      try require(depth: lines.count, line: line)
      advance()
    }
    var result = try comparison()
    for line in lines.reversed() { result = try node(line, .unary(.not, result), [result]) }
    return result
  }

  private mutating func comparison() throws -> Expression {
    let line = line
    let left = try sum()
    var comparisons: [Expression.Comparison] = []
    while let comparator = skipComparator() {
      comparisons.append(Expression.Comparison(comparator: comparator, right: try sum()))
    }
    return comparisons.isEmpty
      ? left : try node(line, .comparison(left, comparisons), [left] + comparisons.map(\.right))
  }

  private mutating func skipComparator() -> Expression.Comparator? {
    switch current.kind {
    case .symbol(let symbol):
      guard let comparator = Expression.Comparator(rawValue: symbol.rawValue) else { return nil }
      advance()
      return comparator
    case .name("in"):
      advance()
      return .isIn
    case .name("not") where next.kind == .name("in"):
      index += 2
      return .isNotIn
    default: return nil
    }
  }

  private mutating func sum() throws -> Expression {
    var left = try concatenation()
    while isAt(.add) || isAt(.subtract) {
      left = try binary(left) { try $0.concatenation() }
    }
    return left
  }

  private mutating func concatenation() throws -> Expression {
    let line = line
    var parts = [try product()]
    while skip(.tilde) { parts.append(try product()) }
    return parts.count == 1 ? parts[0] : try node(line, .concatenation(parts), parts)
  }

  private mutating func product() throws -> Expression {
    var left = try power()
    while isAt(.multiply) || isAt(.divide) || isAt(.floorDivide) || isAt(.modulo) {
      left = try binary(left) { try $0.power() }
    }
    return left
  }

  private mutating func power() throws -> Expression {
    var left = try unary()
    while isAt(.power) { left = try binary(left) { try $0.unary() } }
    return left
  }

  /// The operator that is here, with what stands to its right.
  private mutating func binary(_ left: Expression, _ operand: (inout Parser) throws -> Expression) throws -> Expression
  {
    let line = line
    guard case .symbol(let symbol) = current.kind, let kind = Expression.BinaryOperator(rawValue: symbol.rawValue)
    else {
      throw unexpected("an operator")
    }
    advance()
    let right = try operand(&self)
    return try node(line, .binary(kind, left, right), [left, right])
  }

  /// Signs bind tighter than filters: `-1|abs` is 1.
  private mutating func unary() throws -> Expression {
    var signs: [(kind: Expression.UnaryOperator, line: Int)] = []
    while isAt(.subtract) || isAt(.add) {
      signs.append((isAt(.subtract) ? .negative : .positive, line))
      try require(depth: signs.count, line: line)
      advance()
    }
    var result = try postfix(of: primary())
    for (kind, line) in signs.reversed() { result = try postfix(of: node(line, .unary(kind, result), [result])) }
    return try filters(of: result)
  }
}
