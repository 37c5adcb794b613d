/// Calls of functions, macros and methods.
extension Interpreter {
  func call(_ callee: Value, _ arguments: Arguments) throws -> Value {
    switch callee {
    case .function(let function): return try call(function, arguments)
    case .macro(let number): return try call(macros[number].macro, in: macros[number].scope, arguments)
    case .method(.loop(let number), let name): return try callLoop(name, number, arguments)
    case .method(let receiver, let name): return try Methods.call(name, of: receiver, arguments, self)
    case .loop: throw unsupported("calling `loop`", fix: "Use a macro that calls itself.")
    default: throw invalid("a function, a macro or a method", callee)
    }
  }

  private func callLoop(_ name: String, _ number: Int, _ arguments: Arguments) throws -> Value {
    guard let loop = loops[number] else { throw invalid("a loop that runs", got: "a loop that is over") }
    guard arguments.named.isEmpty else { throw invalid("no named arguments of `loop.\(name)`", got: "some") }
    let values = arguments.positional
    if name == "cycle" {
      guard !values.isEmpty else { throw invalid("values to cycle through", got: "none") }
      return values[loop.index % values.count]
    }
    let changed: Bool
    if let before = loop.changed, before.count == values.count {
      changed = try !zip(before, values).allSatisfy { try areEqual($0, $1) }
    } else {
      changed = true
    }
    loop.changed = values
    return .boolean(changed)
  }

  // MARK: Macros

  func define(_ macro: Statement.Macro, line: Int, in scope: Scope) throws {
    self.line = line
    try spend(elements: 1)
    macros.append((macro, scope))
    scope[macro.name] = .macro(macros.count - 1)
  }

  private func call(_ macro: Statement.Macro, in scope: Scope, _ arguments: Arguments) throws -> Value {
    let names = macro.parameters.map(\.name)
    let values = try arguments.bound(names, required: 0, self)
    let inner = Scope(inside: scope)
    for (parameter, value) in zip(macro.parameters, values) {
      let missing = Value.undefined(.name(parameter.name))
      inner[parameter.name] = try value ?? parameter.standard.map { try evaluate($0, in: inner) } ?? missing
    }
    return .text(try captured { try run(macro.body, in: inner) }.text)
  }
}
