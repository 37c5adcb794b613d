import Files

/// What `value|name(…)` can name.
enum Filters {
  typealias Filter = @Sendable (Interpreter, Value, Arguments) throws -> Value

  static let all: [String: Filter] = [texts, numbers, sequences, selections, values]
    .reduce(into: [:]) { $0.merge($1) { $1 } }

  /// What to use instead of one that is not there.
  static let known = "Known filters: \(all.keys.sorted().listed)."
}

extension Interpreter {
  func filter(_ name: String, _ value: Value, _ arguments: Arguments) throws -> Value {
    guard let filter = Filters.all[name] else {
      throw unsupported("the filter `\(name.prefix(60))`", fix: Filters.known)
    }
    if case .markup = value, !Filters.takingMarkup.contains(name) {
      throw unsupported("`\(name)` on text that `safe` has marked", fix: "Put `safe` last, or leave it out.")
    }
    return try filter(self, value, arguments)
  }
}

extension Filters {
  /// Filters for which it makes no difference that a text is marked.
  static let takingMarkup: Set<String> = [
    "safe", "escape", "e", "forceescape", "string", "tojson", "length", "count", "default", "d", "int", "float",
    "first",
    "last", "list", "map", "select", "reject",
  ]

  /// Filters on values of any kind.
  static let values: [String: Filter] = [
    "default": standard, "d": standard,
    "string": { interpreter, value, arguments in
      try arguments.none(interpreter)
      if case .markup = value { return value }
      return .text(try interpreter.printed(value))
    },
    "safe": { interpreter, value, arguments in
      try arguments.none(interpreter)
      return .markup(try interpreter.printed(value))
    },
    "escape": escape, "e": escape,
    "forceescape": { interpreter, value, arguments in
      try arguments.none(interpreter)
      return .markup(try interpreter.escaped(.text(try interpreter.printed(value))))
    },
    "attr": { interpreter, value, arguments in
      let name = try interpreter.string(try arguments.bound(["name"], required: 1, interpreter)[0] ?? .none)
      if case .dict = value, Methods.dict.names.contains(name.string) { return .method(value, name.string) }
      guard case .dict = value else { return try interpreter.attribute(name.string, of: value) }
      return .undefined(.attribute(name.string, of: value.typeName))
    },
    "tojson": { interpreter, value, arguments in
      let names = ["ensure_ascii", "indent", "separators", "sort_keys"]
      let given = try arguments.bound(names, required: 0, interpreter)
      var writer = JSONWriter(interpreter, indent: try indent(given[1], interpreter))
      writer.ascii = try given[0].map { try interpreter.isTrue($0) } ?? false
      writer.sortsKeys = try given[3].map { try interpreter.isTrue($0) } ?? false
      if let separators = given[2] { try setSeparators(separators, of: &writer, interpreter) }
      try writer.write(value)
      return .text(Text(writer.result))
    },
  ]

  private static let standard: Filter = { interpreter, value, arguments in
    let given = try arguments.bound(["default_value", "boolean"], required: 0, interpreter)
    let replacesFalse = try given[1].map { try interpreter.isTrue($0) } ?? false
    let isKept = try value.isDefined && (!replacesFalse || interpreter.isTrue(value))
    return isKept ? value : given[0] ?? .empty
  }

  private static let escape: Filter = { interpreter, value, arguments in
    try arguments.none(interpreter)
    return .markup(try interpreter.escaped(value))
  }

  private static func indent(_ value: Value?, _ interpreter: Interpreter) throws -> Text? {
    switch value {
    case nil, Value.none?: return nil
    case .text(let text)?: return text
    case let value?:
      let count = max(0, try interpreter.integer(value))
      guard count <= 1000 else {
        throw TemplateError.limit(at: interpreter.location, what: "JSON is indented by \(count)", limit: 1000)
      }
      return Text(Array(repeating: " ", count: count))
    }
  }

  private static func setSeparators(_ value: Value, of writer: inout JSONWriter, _ interpreter: Interpreter) throws {
    if case .none = value { return }
    let parts = try interpreter.items(of: value).map { try interpreter.string($0) }
    guard parts.count == 2 else { throw interpreter.invalid("two separators", value) }
    (writer.itemSeparator, writer.keySeparator) = (parts[0], parts[1])
  }
}
