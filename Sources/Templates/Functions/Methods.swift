/// Methods of Python's texts, lists, dicts and tuples.
struct Methods: Sendable {
  typealias Method = @Sendable (Interpreter, Value, Arguments) throws -> Value

  let known: [String: Method]
  /// Methods that Python has and this module does not: calling them is an error.
  let unknown: Set<String>
  /// Methods that would change the value.
  let unsafe: Set<String>

  var names: Set<String> { unknown.union(known.keys) }

  /// The methods of a value's type; `nil` for a type without methods.
  static func of(_ value: Value) -> Methods? {
    switch value {
    case .text, .markup: texts
    case .dict: dict
    case .list: list
    case .tuple: tuple
    case .range: range
    case .boolean, .integer, .float: number
    default: nil
    }
  }

  static func call(_ name: String, of receiver: Value, _ arguments: Arguments, _ interpreter: Interpreter) throws
    -> Value
  {
    let arguments = Arguments(arguments.positional, arguments.named, of: "`\(name)`")
    guard let method = of(receiver)?.known[name] else {
      throw interpreter.unsupported(
        "the method `\(name.prefix(60))` of \(receiver.typeName)", fix: "Use a filter instead.")
    }
    if case .markup = receiver {
      throw interpreter.unsupported(
        "`\(name)` of text that `safe` has marked", fix: "Put `safe` last, or leave it out.")
    }
    return try method(interpreter, receiver, arguments)
  }

  static let texts = Methods(
    known: [textChanges, textSearches, textSplits, textQuestions].reduce(into: [:]) { $0.merge($1) { $1 } },
    unknown: ["casefold", "encode", "expandtabs", "format_map", "isidentifier", "maketrans", "swapcase", "translate"],
    unsafe: [])

  static let dict = Methods(
    known: [
      "get": { interpreter, value, arguments in
        let given = try arguments.bound(["key", "default"], required: 1, interpreter)
        guard case .dict(let dict) = value else { throw interpreter.invalid("a dict", value) }
        return dict[try interpreter.key(given[0] ?? .none)] ?? given[1] ?? .none
      },
      "items": view("items") { try $0.pairs(of: $1) },
      "keys": view("keys") { $1.entries.map(\.key) },
      "values": view("values") { $1.entries.map(\.value) },
      "copy": { _, value, _ in value },
    ],
    unknown: ["fromkeys"], unsafe: ["clear", "pop", "popitem", "setdefault", "update"])

  private static func view(_ kind: String, _ items: @escaping @Sendable (Interpreter, Dict) throws -> [Value]) -> Method
  {
    { interpreter, value, arguments in
      try arguments.none(interpreter)
      guard case .dict(let dict) = value else { throw interpreter.invalid("a dict", value) }
      return .view(Value.View(kind: kind, elements: try interpreter.elements(try items(interpreter, dict))))
    }
  }

  static let list = Methods(
    known: sequence.merging(["copy": { _, value, _ in value }]) { $1 }, unknown: [],
    unsafe: ["append", "clear", "pop", "reverse", "insert", "sort", "extend", "remove"])

  static let tuple = Methods(known: sequence, unknown: [], unsafe: [])

  static let range = Methods(known: [:], unknown: ["count", "index"], unsafe: [])

  static let number = Methods(
    known: [:],
    unknown: [
      "as_integer_ratio", "bit_count", "bit_length", "conjugate", "denominator", "from_bytes", "fromhex", "hex", "imag",
      "is_integer", "numerator", "real", "to_bytes",
    ], unsafe: [])

  private static let sequence: [String: Method] = [
    "count": { interpreter, value, arguments in
      let sought = try arguments.bound(["value"], required: 1, interpreter)[0] ?? .none
      return .integer(try interpreter.items(of: value).count { try interpreter.areEqual($0, sought) })
    },
    "index": { interpreter, value, arguments in
      let given = try arguments.bound(["value", "start", "stop"], required: 1, interpreter)
      let items = try interpreter.items(of: value)
      let bounds = Slice(
        start: try given[1].map { try interpreter.integer($0) }, stop: try given[2].map { try interpreter.integer($0) },
        step: 1, length: items.count)
      for index in bounds.start..<(bounds.start + bounds.count)
      where try interpreter.areEqual(items[index], given[0] ?? .none) {
        return .integer(index)
      }
      throw interpreter.invalid("an element of the list", got: "one that is not in it")
    },
  ]
}
