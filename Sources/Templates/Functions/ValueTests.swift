/// What `value is name` can name.
enum ValueTests {
  typealias ValueTest = @Sendable (Interpreter, Value, Arguments) throws -> Bool

  static let all: [String: ValueTest] = [kinds, comparisons].reduce(into: [:]) { $0.merge($1) { $1 } }

  /// What to use instead of one that is not there.
  static let known = "Known tests: \(all.keys.sorted().joined(separator: ", "))."

  private static func plain(_ test: @escaping @Sendable (Interpreter, Value) throws -> Bool) -> ValueTest {
    { interpreter, value, arguments in
      try arguments.none(interpreter)
      return try test(interpreter, value)
    }
  }

  /// What a value is.
  private static let kinds: [String: ValueTest] = [
    "defined": plain { $1.isDefined },
    "undefined": plain { !$1.isDefined },
    "none": plain { if case .none = $1 { true } else { false } },
    "boolean": plain { if case .boolean = $1 { true } else { false } },
    "true": plain { if case .boolean(true) = $1 { true } else { false } },
    "false": plain { if case .boolean(false) = $1 { true } else { false } },
    "integer": plain { if case .integer = $1 { true } else { false } },
    "float": plain { if case .float = $1 { true } else { false } },
    "number": plain { Interpreter.Number($1) != nil },
    "string": plain { $1.asText != nil },
    "mapping": plain { if case .dict = $1 { true } else { false } },
    "sequence": plain { _, value in
      switch value {
      // jinja2 counts what has a length and can be subscribed; `undefined` is both, by name.
      case .text, .markup, .list, .tuple, .dict, .range, .undefined: true
      default: false
      }
    },
    "iterable": plain { _, value in
      switch value {
      case .text, .markup, .list, .tuple, .dict, .range, .undefined, .view, .iterator, .loop: true
      default: false
      }
    },
    "callable": plain { _, value in
      switch value {
      case .function, .macro, .method: true
      case .undefined: true
      default: false
      }
    },
    "escaped": plain { if case .markup = $1 { true } else { false } },
    "lower": plain { try $0.printed($1).isLower },
    "upper": plain { try $0.printed($1).isUpper },
    "odd": plain { try $0.binary(.modulo, $1, .integer(2)).isInteger(1) },
    "even": plain { try $0.binary(.modulo, $1, .integer(2)).isInteger(0) },
    "filter": plain { Filters.all[try $0.string($1).string] != nil },
    "test": plain { ValueTests.all[try $0.string($1).string] != nil },
  ]

  private static func binary(_ test: @escaping @Sendable (Interpreter, Value, Value) throws -> Bool) -> ValueTest {
    { interpreter, value, arguments in
      try test(interpreter, value, try arguments.bound(["other"], required: 1, interpreter)[0] ?? .none)
    }
  }

  private static func comparison(_ comparator: Expression.Comparator) -> ValueTest {
    binary { try $0.compare($1, comparator, $2) }
  }

  /// How a value stands to another.
  private static let comparisons: [String: ValueTest] = [
    "==": comparison(.equal), "eq": comparison(.equal), "equalto": comparison(.equal),
    "!=": comparison(.notEqual), "ne": comparison(.notEqual),
    "<": comparison(.less), "lt": comparison(.less), "lessthan": comparison(.less),
    ">": comparison(.greater), "gt": comparison(.greater), "greaterthan": comparison(.greater),
    "<=": comparison(.atMost), "le": comparison(.atMost), ">=": comparison(.atLeast), "ge": comparison(.atLeast),
    "in": comparison(.isIn),
    "divisibleby": { interpreter, value, arguments in
      let number = try arguments.bound(["num"], required: 1, interpreter)[0] ?? .none
      return try interpreter.binary(.modulo, value, number).isInteger(0)
    },
    "sameas": { interpreter, value, arguments in
      let other = try arguments.bound(["other"], required: 1, interpreter)[0] ?? .none
      switch (value, other) {
      case (.none, .none): return true
      case (.boolean(let left), .boolean(let right)): return left == right
      case (.boolean, _), (.none, _), (_, .boolean), (_, .none): return false
      default: throw interpreter.unsupported("`sameas` on \(value.typeName)", fix: "Compare with `==`.")
      }
    },
  ]
}

extension Interpreter {
  func test(_ name: String, _ value: Value, _ arguments: Arguments) throws -> Bool {
    guard let test = ValueTests.all[name] else {
      throw unsupported("the test `\(name.prefix(60))`", fix: ValueTests.known)
    }
    return try test(self, value, arguments)
  }
}

extension Value {
  fileprivate func isInteger(_ number: Int) -> Bool {
    switch self {
    case .integer(let value): value == number
    case .float(let value): value == Double(number)
    default: false
    }
  }
}
