/// Statements.
extension Interpreter {
  /// How a body ended.
  enum Ending { case normal, broken, continued }

  func run(_ statements: [Statement], in scope: Scope) throws -> Ending {
    for statement in statements {
      let ending = try deeper { try run(statement, in: scope) }
      if ending != .normal { return ending }
    }
    return .normal
  }

  private func run(_ statement: Statement, in scope: Scope) throws -> Ending {
    switch statement {
    case .text(let text): try write(text)
    case .output(let expression): try write(try printed(try evaluate(expression, in: scope)))
    case .condition(let branches, let otherwise): return try run(branches, otherwise: otherwise, in: scope)
    case .loop(let loop): return try run(loop, in: scope)
    case .set(let target, let expression): try assign(try evaluate(expression, in: scope), to: target, in: scope)
    case .setBlock(let target, let filter, let body):
      return try setBlock(target, filter: filter, body: body, in: scope)
    case .macro(let macro, let line): try define(macro, line: line, in: scope)
    case .with(let values, let body): return try run(body, with: values, in: scope)
    case .filterBlock(let filter, let body):
      let (text, ending) = try captured { try run(body, in: Scope(inside: scope)) }
      guard ending == .normal else { return ending }
      try write(try printed(try filtered(text, by: filter, in: scope)))
    case .scope(let body): return try run(body, in: Scope(inside: scope))
    case .breakLoop: return .broken
    case .continueLoop: return .continued
    }
    return .normal
  }

  private func run(_ branches: [Statement.Branch], otherwise: [Statement], in scope: Scope) throws -> Ending {
    for branch in branches where try isTrue(try evaluate(branch.test, in: scope)) {
      return try run(branch.body, in: scope)
    }
    return try run(otherwise, in: scope)
  }

  private func setBlock(_ target: Statement.Target, filter: Expression?, body: [Statement], in scope: Scope) throws
    -> Ending
  {
    let (text, ending) = try captured { try run(body, in: Scope(inside: scope)) }
    guard ending == .normal else { return ending }
    let value = try filter.map { try filtered(text, by: $0, in: scope) } ?? .text(text)
    try assign(value, to: target, in: scope)
    return .normal
  }

  private func run(_ body: [Statement], with values: [(target: Statement.Target, value: Expression)], in scope: Scope)
    throws -> Ending
  {
    let inner = Scope(inside: scope)
    for (target, value) in values { try assign(try evaluate(value, in: scope), to: target, in: inner) }
    return try run(body, in: inner)
  }

  /// The text that `body` writes, instead of writing it.
  func captured<Result>(_ body: () throws -> Result) throws -> (text: Text, result: Result) {
    let before = output
    output = []
    defer { output = before }
    let result = try body()
    return (Text(output), result)
  }

  private func filtered(_ text: Text, by filter: Expression, in scope: Scope) throws -> Value {
    enclosed.append(text)
    defer { enclosed.removeLast() }
    return try evaluate(filter, in: scope)
  }

  // MARK: Assignment

  func assign(_ value: Value, to target: Statement.Target, in scope: Scope) throws {
    switch target {
    case .name(let name): scope[name] = value
    case .tuple(let targets, let line):
      self.line = line
      let items = try items(of: value)
      guard items.count == targets.count else {
        throw invalid("\(targets.count) values for \(targets.count) names", got: "\(items.count)")
      }
      for (target, item) in zip(targets, items) { try assign(item, to: target, in: scope) }
    case .attribute(let name, let attribute, let line):
      self.line = line
      guard case .namespace(let number)? = scope[name] else {
        throw invalid("`\(name.prefix(60))` to be a namespace", scope[name] ?? .undefined(.name(name)))
      }
      try set(Text(attribute), to: value, inNamespace: number)
    }
  }

  func set(_ name: Text, to value: Value, inNamespace number: Int) throws {
    guard name.scalars.first != "_" else {
      throw invalid("an attribute without `_` at its beginning", got: name.quoted)
    }
    if let index = namespaces[number].firstIndex(where: { $0.name == name }) {
      namespaces[number][index].value = value
    } else {
      try spend(elements: namespaces[number].count + 1)
      namespaces[number].append((name, value))
    }
  }

  // MARK: Loops

  private func run(_ loop: Statement.Loop, in scope: Scope) throws -> Ending {
    line = loop.line
    let items = try taken(loop, from: try items(of: try evaluate(loop.items, in: scope)), in: scope)
    let state = LoopState(items)
    let number = loopCount
    loopCount += 1
    loops[number] = state
    defer { loops[number] = nil }
    var completed = false
    for (index, item) in items.enumerated() {
      state.index = index
      let inner = Scope(inside: scope)
      try assign(item, to: loop.target, in: inner)
      inner["loop"] = .loop(number)
      try spend(16)
      let ending = try run(loop.body, in: inner)
      if ending == .broken { break }
      completed = completed || ending == .normal
    }
    // As jinja2 has it: a loop whose every pass was cut short has not run.
    return completed ? .normal : try run(loop.otherwise, in: Scope(inside: scope))
  }

  private func taken(_ loop: Statement.Loop, from items: [Value], in scope: Scope) throws -> [Value] {
    guard let test = loop.test else { return items }
    return try items.filter { item in
      let inner = Scope(inside: scope)
      try assign(item, to: loop.target, in: inner)
      return try isTrue(try evaluate(test, in: inner))
    }
  }
}
