/// Methods that look into a text or cut it.
extension Methods {
  static let textSearches: [String: Method] = [
    "startswith": affix { $0.starts(with: $1) },
    "endswith": affix { $0.reversed().starts(with: $1.reversed()) },
    "find": { .integer(try position($0, $1, $2, fromRight: false) ?? -1) },
    "rfind": { .integer(try position($0, $1, $2, fromRight: true) ?? -1) },
    "index": { interpreter, value, arguments in
      .integer(try required(try position(interpreter, value, arguments, fromRight: false), interpreter))
    },
    "rindex": { interpreter, value, arguments in
      .integer(try required(try position(interpreter, value, arguments, fromRight: true), interpreter))
    },
    "count": { interpreter, value, arguments in
      let (text, part, range) = try searched(interpreter, value, arguments)
      guard let range else { return .integer(0) }
      return .integer(part.isEmpty ? range.count + 1 : text.positions(of: part, in: range).count)
    },
  ]

  private static func required(_ position: Int?, _ interpreter: Interpreter) throws -> Int {
    guard let position else { throw interpreter.invalid("a text that is in the other", got: "one that is not") }
    return position
  }

  /// The text, what is looked for, and where; no range where Python's bounds lie beyond the text.
  private static func searched(_ interpreter: Interpreter, _ value: Value, _ arguments: Arguments) throws
    -> (text: Text, part: Text, range: Swift.Range<Int>?)
  {
    let given = try arguments.bound(["sub", "start", "end"], required: 1, interpreter)
    let (text, part) = (try interpreter.string(value), try interpreter.string(given[0] ?? .none))
    try interpreter.spend(text.count + part.count)
    return (text, part, try range(of: text, given[1], given[2], interpreter))
  }

  private static func range(of text: Text, _ start: Value?, _ end: Value?, _ interpreter: Interpreter) throws
    -> Swift.Range<Int>?
  {
    func bound(_ value: Value?, _ standard: Int) throws -> Int {
      let number = try interpreter.integer(value, standard)
      return number < 0 ? max(0, number + text.count) : number
    }
    let (start, end) = (try bound(start, 0), min(try bound(end, text.count), text.count))
    return start <= end ? start..<end : nil
  }

  private static func position(_ interpreter: Interpreter, _ value: Value, _ arguments: Arguments, fromRight: Bool)
    throws
    -> Int?
  {
    let (text, part, range) = try searched(interpreter, value, arguments)
    guard let range else { return nil }
    if part.isEmpty { return fromRight ? range.upperBound : range.lowerBound }
    return fromRight ? text.lastPosition(of: part, in: range) : text.positions(of: part, in: range, most: 1).first
  }

  private static func affix(
    _ holds: @escaping @Sendable (ArraySlice<Unicode.Scalar>, [Unicode.Scalar]) -> Bool
  ) -> Method {
    { interpreter, value, arguments in
      let given = try arguments.bound(["prefix", "start", "end"], required: 1, interpreter)
      let text = try interpreter.string(value)
      let candidates: [Value] = if case .tuple(let elements)? = given[0] { elements.items } else { [given[0] ?? .none] }
      let range = try range(of: text, given[1], given[2], interpreter)
      for candidate in candidates {
        let part = try interpreter.string(candidate)
        try interpreter.spend(part.count + 1)
        if let range, holds(text.scalars[range], part.scalars) { return .boolean(true) }
      }
      return .boolean(false)
    }
  }

  static let textSplits: [String: Method] = [
    "split": split(fromRight: false), "rsplit": split(fromRight: true),
    "splitlines": { interpreter, value, arguments in
      let keeps = try interpreter.flag(try arguments.bound(["keepends"], required: 0, interpreter)[0])
      let text = try interpreter.string(value)
      try interpreter.spend(text.count)
      try interpreter.make(pieces: text.scalars.count { $0.isLineEnd } + 1, of: text)
      return try interpreter.list(text.lines(keepingEnds: keeps))
    },
    "partition": partition(fromRight: false), "rpartition": partition(fromRight: true),
  ]

  private static func split(fromRight: Bool) -> Method {
    { interpreter, value, arguments in
      let given = try arguments.bound(["sep", "maxsplit"], required: 0, interpreter)
      let text = try interpreter.string(value)
      let limit = try given[1].map { try interpreter.integer($0) } ?? -1
      let most = limit < 0 ? Int.max : limit
      try interpreter.spend(2 * text.count)
      if case .none = given[0] ?? .none {
        try interpreter.make(pieces: min(most, text.scalars.count { $0.isPythonSpace }) + 1, of: text)
        let words = fromRight ? text.reversed.words(most: most).reversed().map(\.reversed) : text.words(most: most)
        return try interpreter.list(words)
      }
      let separator = try interpreter.string(given[0] ?? .none)
      guard !separator.isEmpty else { throw interpreter.invalid("a separator", got: "an empty text") }
      try interpreter.spend(separator.count)
      try interpreter.make(pieces: text.positions(of: separator, most: most).count + 1, of: text)
      return try interpreter.list(
        fromRight ? text.splitFromRight(by: separator, most: most) : text.split(by: separator, most: most))
    }
  }

  private static func partition(fromRight: Bool) -> Method {
    { interpreter, value, arguments in
      let (text, part, range) = try searched(
        interpreter, value,
        Arguments([try arguments.bound(["sep"], required: 1, interpreter)[0] ?? .none], of: "`partition`"))
      guard !part.isEmpty, let range else { throw interpreter.invalid("a separator", got: "an empty text") }
      let position =
        fromRight ? text.lastPosition(of: part, in: range) : text.positions(of: part, in: range, most: 1).first
      guard let position else {
        return try interpreter.tuple(fromRight ? [.empty, .empty, value] : [value, .empty, .empty])
      }
      try interpreter.spend(text.count)
      let halves = [Text(text.scalars[..<position]), part, Text(text.scalars[(position + part.count)...])]
      return try interpreter.tuple(halves.map { .text($0) })
    }
  }
}
