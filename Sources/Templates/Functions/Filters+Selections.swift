/// Filters that apply another filter or a test to each element.
extension Filters {
  static let selections: [String: Filter] = [
    "map": map,
    "select": selection(keeps: true, byAttribute: false), "reject": selection(keeps: false, byAttribute: false),
    "selectattr": selection(keeps: true, byAttribute: true), "rejectattr": selection(keeps: false, byAttribute: true),
  ]

  private static let map: Filter = { interpreter, value, arguments in
    guard try interpreter.isTrue(value) else { return try interpreter.iterator([]) }
    let items = try interpreter.items(of: value)
    guard let first = arguments.positional.first else { return try attributes(of: items, arguments, interpreter) }
    let name = try interpreter.string(first).string
    let rest = arguments.rest(of: "`\(name)`")
    return try interpreter.iterator(
      try items.map { item in
        try interpreter.spend(16)
        return try interpreter.deeper { try interpreter.filter(name, item, rest) }
      })
  }

  private static func attributes(of items: [Value], _ arguments: Arguments, _ interpreter: Interpreter) throws -> Value
  {
    let given = try arguments.bound(["attribute", "default"], required: 1, interpreter)
    let found = try items.map { item in
      try interpreter.spend(16)
      return try interpreter.attribute(path: given[0] ?? .none, of: item, standard: given[1] ?? .none)
    }
    return try interpreter.iterator(found)
  }

  private static func selection(keeps: Bool, byAttribute: Bool) -> Filter {
    { interpreter, value, arguments in
      guard try interpreter.isTrue(value) else { return try interpreter.iterator([]) }
      var given = arguments
      var attribute: Value?
      if byAttribute {
        guard let first = given.positional.first else {
          throw interpreter.invalid("the name of an attribute for \(arguments.callee)", got: "none")
        }
        attribute = first
        given = given.rest(of: given.callee)
      }
      let name = try given.positional.first.map { try interpreter.string($0).string }
      let rest = given.rest(of: "`\(name ?? "")`")
      let kept = try interpreter.items(of: value).filter { item in
        try interpreter.spend(16)
        let subject = try attribute.map { try interpreter.attribute(path: $0, of: item) } ?? item
        let holds = try name.map { try interpreter.test($0, subject, rest) } ?? interpreter.isTrue(subject)
        return holds == keeps
      }
      return try interpreter.iterator(kept)
    }
  }
}
