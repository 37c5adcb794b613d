/// What is assigned to: names, tuples of names, attributes of namespaces.
extension Parser {
  mutating func target(until words: Set<String> = [], namespaces: Bool = false) throws -> Statement.Target {
    let line = line
    var parts: [Statement.Target] = []
    var isTuple = false
    while !isAtTargetEnd(words) {
      parts.append(try singleTarget(namespaces: namespaces))
      guard skip(.comma) else { break }
      isTuple = true
    }
    if !isTuple, let only = parts.first { return only }
    guard isTuple else { throw unexpected("a name to assign to") }
    return .tuple(parts, line: line)
  }

  private func isAtTargetEnd(_ words: Set<String>) -> Bool {
    switch current.kind {
    case .variableEnd, .blockEnd, .symbol(.rightParenthesis): true
    case .name(let name): words.contains(name)
    default: false
    }
  }

  private mutating func singleTarget(namespaces: Bool) throws -> Statement.Target {
    let line = line
    if skip(.leftParenthesis) {
      expressionDepth += 1
      defer { expressionDepth -= 1 }
      try require(depth: expressionDepth, line: line)
      let inner = try target(namespaces: namespaces)
      try expect(.rightParenthesis)
      return inner
    }
    let name = try targetName()
    guard namespaces, skip(.dot) else { return .name(name) }
    return .attribute(namespace: name, name: try expectName(), line: line)
  }

  mutating func targetName() throws -> String {
    guard case .name(let name) = current.kind, Self.constants[name] == nil else {
      throw unexpected("a name to assign to")
    }
    if name == "loop" { throw unexpected("another name than `loop`, which loops have") }
    advance()
    return name
  }
}
