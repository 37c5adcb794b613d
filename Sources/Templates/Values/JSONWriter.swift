/// JSON as Python's `json.dumps` writes it, with the defaults of Hugging Face's `tojson`: characters as they are, nothing
/// escaped for HTML.
struct JSONWriter {
  let interpreter: Interpreter
  var ascii = false
  /// White space of one level; without it everything stands on one line.
  var indent: Text?
  var itemSeparator: Text
  var keySeparator: Text = ": "
  var sortsKeys = false
  private(set) var result: [Unicode.Scalar] = []

  init(_ interpreter: Interpreter, indent: Text?) {
    self.interpreter = interpreter
    self.indent = indent
    itemSeparator = indent == nil ? ", " : ","
  }

  mutating func write(_ value: Value, level: Int = 0) throws {
    try interpreter.spend(elements: 1)
    try interpreter.make(characters: 12)
    switch value {
    case .none, .boolean, .integer, .float: append(try plain(value))
    case .text(let text), .markup(let text): try quote(text)
    case .list(let elements), .tuple(let elements):
      try write(elements.items, "[", "]", level: level) { try $0.write($1, level: level + 1) }
    case .dict(let dict):
      try write(try ordered(dict), "{", "}", level: level) { writer, entry in
        try writer.writeKey(entry.key)
        try writer.interpreter.make(characters: writer.keySeparator.count)
        writer.result += writer.keySeparator.scalars
        try writer.write(entry.value, level: level + 1)
      }
    default: throw interpreter.invalid("a value that JSON has", value)
    }
  }

  private func ordered(_ dict: Dict) throws -> [Dict.Entry] {
    guard sortsKeys else { return dict.entries }
    return try interpreter.sorted(dict.entries, reverse: false) { try interpreter.isLess($0.key, $1.key) }
  }

  private mutating func write<Element>(
    _ elements: [Element], _ opening: String, _ closing: String, level: Int,
    _ body: (inout JSONWriter, Element) throws -> Void
  ) throws {
    append(opening)
    for (index, element) in elements.enumerated() {
      if index > 0 {
        try interpreter.make(characters: itemSeparator.count)
        result += itemSeparator.scalars
      }
      try breakLine(level + 1)
      try body(&self, element)
    }
    if !elements.isEmpty { try breakLine(level) }
    append(closing)
  }

  private mutating func breakLine(_ level: Int) throws {
    guard let indent else { return }
    result.append("\n")
    try interpreter.spend(indent.count * level)
    try interpreter.make(characters: indent.count * level + 1)
    for _ in 0..<level { result += indent.scalars }
  }

  private mutating func writeKey(_ key: Value) throws {
    switch key {
    case .text(let text), .markup(let text): try quote(text)
    case .none, .boolean, .integer, .float: try quote(Text(try plain(key)))
    default: throw interpreter.invalid("a text or a number as a key in JSON", key)
    }
  }

  private func plain(_ value: Value) throws -> String {
    switch value {
    case .none: return "null"
    case .boolean(let value): return value ? "true" : "false"
    case .integer(let value): return String(value)
    case .float(let value):
      if value.isNaN { return "NaN" }
      return value.isInfinite ? (value < 0 ? "-Infinity" : "Infinity") : PythonFloat.text(value)
    default: throw interpreter.invalid("a plain value", value)
    }
  }

  private mutating func append(_ text: String) { result += text.unicodeScalars }

  private mutating func quote(_ text: Text) throws {
    try interpreter.spend(2 * text.count)
    try interpreter.make(characters: 2 * text.count)
    result.append("\"")
    for scalar in text.scalars {
      switch scalar {
      case "\"", "\\": result += ["\\", scalar]
      case "\n": append("\\n")
      case "\r": append("\\r")
      case "\t": append("\\t")
      case "\u{8}": append("\\b")
      case "\u{c}": append("\\f")
      case _ where scalar.value < 0x20 || ascii && !(0x20...0x7E).contains(scalar.value):
        for unit in UTF16.encode(scalar).map(Array.init) ?? [] { append(Self.escape(unit)) }
      default: result.append(scalar)
      }
    }
    result.append("\"")
  }

  private static func escape(_ unit: UInt16) -> String {
    let hex = String(unit, radix: 16)
    return "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
  }
}
