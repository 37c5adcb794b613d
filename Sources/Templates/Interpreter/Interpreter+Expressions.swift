/// Expressions.
extension Interpreter {
  func evaluate(_ expression: Expression, in scope: Scope) throws -> Value {
    try deeper {
      line = expression.line
      switch expression.kind {
      case .constant(let constant): return Value(constant)
      case .name(let name): return try value(named: name, in: scope)
      case .list(let parts): return try list(try parts.map { try evaluate($0, in: scope) })
      case .tuple(let parts): return try tuple(try parts.map { try evaluate($0, in: scope) })
      case .dict(let pairs):
        return try dict(try pairs.map { (try evaluate($0.key, in: scope), try evaluate($0.value, in: scope)) })
      case .enclosedText: return .text(enclosed.last ?? "")
      default: return try compound(expression, in: scope)
      }
    }
  }

  private func value(named name: String, in scope: Scope) throws -> Value {
    if let value = scope[name] { return value }
    if let function = GlobalFunction(rawValue: name) { return .function(function) }
    if ["lipsum", "cycler", "joiner"].contains(name) {
      throw unsupported("the function `\(name)`", fix: "Use a namespace and `loop`.")
    }
    return .undefined(.name(name))
  }

  private func compound(_ expression: Expression, in scope: Scope) throws -> Value {
    switch expression.kind {
    case .attribute(let owner, let name):
      let value = try evaluate(owner, in: scope)
      line = expression.line
      return try attribute(name, of: value)
    case .item(let owner, let key):
      let (value, key) = (try evaluate(owner, in: scope), try evaluate(key, in: scope))
      line = expression.line
      return try item(key, of: value)
    case .slice(let owner, let slice): return try evaluate(slice, of: owner, line: expression.line, in: scope)
    case .call(let callee, let arguments):
      let callee = try evaluate(callee, in: scope)
      let arguments = try evaluate(arguments, of: "the call", line: expression.line, in: scope)
      return try call(callee, arguments)
    case .filter(let value, let call):
      let value = try evaluate(value, in: scope)
      let arguments = try evaluate(call.arguments, of: "`\(call.name)`", line: expression.line, in: scope)
      return try filter(call.name, value, arguments)
    case .test(let value, let call):
      let value = try evaluate(value, in: scope)
      let arguments = try evaluate(call.arguments, of: "`\(call.name)`", line: expression.line, in: scope)
      return .boolean(try test(call.name, value, arguments))
    default: return try operation(expression, in: scope)
    }
  }

  private func evaluate(_ slice: Expression.Slice, of owner: Expression, line: Int, in scope: Scope) throws -> Value {
    let value = try evaluate(owner, in: scope)
    let bounds = try [slice.start, slice.stop, slice.step].map { part in
      try part.map { try evaluate($0, in: scope) } ?? Value.none
    }
    self.line = line
    return try sliced(value, bounds)
  }

  private func evaluate(_ arguments: Expression.CallArguments, of callee: String, line: Int, in scope: Scope) throws
    -> Arguments
  {
    let positional = try arguments.positional.map { try evaluate($0, in: scope) }
    let named = try arguments.named.map { ($0.name, try evaluate($0.value, in: scope)) }
    self.line = line
    return Arguments(positional, named, of: callee)
  }

  private func operation(_ expression: Expression, in scope: Scope) throws -> Value {
    switch expression.kind {
    case .unary(let operation, let operand):
      let value = try evaluate(operand, in: scope)
      line = expression.line
      return try unary(operation, value)
    case .binary(let operation, let left, let right):
      let (left, right) = (try evaluate(left, in: scope), try evaluate(right, in: scope))
      line = expression.line
      return try binary(operation, left, right)
    case .concatenation(let parts):
      var joined: [Unicode.Scalar] = []
      for part in parts {
        let part = try printed(try evaluate(part, in: scope))
        try make(characters: part.count)
        joined += part.scalars
      }
      return try text(Text(joined))
    case .comparison(let left, let comparisons): return try compare(left, comparisons, line: expression.line, in: scope)
    case .and(let left, let right):
      let value = try evaluate(left, in: scope)
      return try isTrue(value) ? try evaluate(right, in: scope) : value
    case .or(let left, let right):
      let value = try evaluate(left, in: scope)
      return try isTrue(value) ? value : try evaluate(right, in: scope)
    case .condition(let condition):
      if try isTrue(try evaluate(condition.test, in: scope)) { return try evaluate(condition.then, in: scope) }
      let missing = Value.undefined(.hint("the condition is false, and there is no `else`"))
      return try condition.otherwise.map { try evaluate($0, in: scope) } ?? missing
    default: return .none
    }
  }

  private func compare(_ left: Expression, _ comparisons: [Expression.Comparison], line: Int, in scope: Scope) throws
    -> Value
  {
    var left = try evaluate(left, in: scope)
    for comparison in comparisons {
      let right = try evaluate(comparison.right, in: scope)
      self.line = line
      guard try compare(left, comparison.comparator, right) else { return .boolean(false) }
      left = right
    }
    return .boolean(true)
  }
}

extension Value {
  init(_ constant: Expression.Constant) {
    switch constant {
    case .none: self = .none
    case .boolean(let value): self = .boolean(value)
    case .integer(let value): self = .integer(value)
    case .float(let value): self = .float(value)
    case .text(let text): self = .text(text)
    }
  }
}
