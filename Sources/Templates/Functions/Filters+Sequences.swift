/// Filters on lists and whatever else has elements.
extension Filters {
  static let sequences: [String: Filter] = [
    "length": length, "count": length,
    "list": { interpreter, value, arguments in
      try arguments.none(interpreter)
      return try interpreter.list(try interpreter.items(of: value))
    },
    "first": { interpreter, value, arguments in
      try arguments.none(interpreter)
      return try interpreter.items(of: value).first ?? .undefined(.hint("there is no first element"))
    },
    "last": { interpreter, value, arguments in
      try arguments.none(interpreter)
      if case .iterator = value { throw interpreter.invalid("something that can be read backwards", value) }
      return try interpreter.items(of: value).last ?? .undefined(.hint("there is no last element"))
    },
    "items": { interpreter, value, arguments in
      try arguments.none(interpreter)
      switch value {
      case .undefined: return try interpreter.iterator([])
      case .dict(let dict): return try interpreter.iterator(try interpreter.pairs(of: dict))
      default: throw interpreter.invalid("a dict", value)
      }
    },
    "join": join,
    "reverse": { interpreter, value, arguments in
      try arguments.none(interpreter)
      if let text = value.asText { return try interpreter.text(text.reversed) }
      return try interpreter.iterator(try interpreter.items(of: value).reversed())
    },
    "sort": { interpreter, value, arguments in
      let given = try arguments.bound(["reverse", "case_sensitive", "attribute"], required: 0, interpreter)
      let (reverse, ignoresCase) = (try interpreter.flag(given[0]), !(try interpreter.flag(given[1])))
      let keyed = try interpreter.items(of: value).map { item in
        (key: try interpreter.sortKeys(item, by: given[2], ignoringCase: ignoresCase), item: item)
      }
      let sorted = try interpreter.sorted(keyed, reverse: reverse) { try interpreter.isLess($0.key, $1.key) }
      return try interpreter.list(sorted.map(\.item))
    },
    "dictsort": dictsort,
    "unique": { interpreter, value, arguments in
      let given = try arguments.bound(["case_sensitive", "attribute"], required: 0, interpreter)
      let ignoresCase = !(try interpreter.flag(given[0]))
      var seen: Set<Key> = []
      let kept = try interpreter.items(of: value).filter { item in
        let key = try interpreter.sortKey(item, by: given[1] ?? .none, ignoringCase: ignoresCase)
        return seen.insert(try interpreter.key(key)).inserted
      }
      return try interpreter.iterator(kept)
    },
    "min": extreme { try $0.isLess($1, $2) }, "max": extreme { try $0.isLess($2, $1) },
    "sum": { interpreter, value, arguments in
      let given = try arguments.bound(["attribute", "start"], required: 0, interpreter)
      return try interpreter.items(of: value).reduce(given[1] ?? .integer(0)) { sum, item in
        let part = try given[0].map { try interpreter.attribute(path: $0, of: item) } ?? item
        return try interpreter.binary(.add, sum, part)
      }
    },
    "batch": { interpreter, value, arguments in
      let given = try arguments.bound(["linecount", "fill_with"], required: 1, interpreter)
      let size = try interpreter.integer(given[0] ?? .none)
      guard size > 0 else { throw interpreter.invalid("1 or more elements in a batch", got: "\(size)") }
      let items = try interpreter.items(of: value)
      let batches = try stride(from: 0, to: items.count, by: min(size, items.count + 1)).map { start in
        let batch = Array(items[start..<min(start + size, items.count)])
        let fill: Value = given[1] ?? .none
        if case .none = fill { return try interpreter.list(batch) }
        try interpreter.spend(elements: size - batch.count)
        try interpreter.make(elements: size - batch.count)
        return try interpreter.list(batch + Array(repeating: fill, count: size - batch.count))
      }
      return try interpreter.iterator(batches)
    },
  ]

  private static let length: Filter = { interpreter, value, arguments in
    try arguments.none(interpreter)
    guard let length = interpreter.length(of: value) else {
      throw interpreter.invalid("something with a length", value)
    }
    return .integer(length)
  }

  private static let join: Filter = { interpreter, value, arguments in
    let given = try arguments.bound(["d", "attribute"], required: 0, interpreter)
    let separator = try given[0].map { try interpreter.printed($0) } ?? ""
    var result: [Unicode.Scalar] = []
    for (index, item) in try interpreter.items(of: value).enumerated() {
      if index > 0 { result += separator.scalars }
      try interpreter.spend(separator.count + 1)
      var part = item
      if let attribute = given[1] { part = try interpreter.attribute(path: attribute, of: item) }
      let text = try interpreter.printed(part)
      try interpreter.make(characters: text.count + separator.count)
      result += text.scalars
    }
    return .text(Text(result))
  }

  private static let dictsort: Filter = { interpreter, value, arguments in
    let given = try arguments.bound(["case_sensitive", "by", "reverse"], required: 0, interpreter)
    guard case .dict(let dict) = value else { throw interpreter.invalid("a dict", value) }
    let by = try given[1].map { try interpreter.string($0).string } ?? "key"
    guard by == "key" || by == "value" else { throw interpreter.invalid("`key` or `value`", got: Text(by).quoted) }
    let ignoresCase = !(try interpreter.flag(given[0]))
    let keyed = try interpreter.pairs(of: dict).enumerated().map { index, pair in
      let entry = dict.entries[index]
      let key = try interpreter.sortKey(by == "key" ? entry.key : entry.value, by: .none, ignoringCase: ignoresCase)
      return (key: key, pair: pair)
    }
    let sorted = try interpreter.sorted(keyed, reverse: try interpreter.flag(given[2])) {
      try interpreter.isLess($0.key, $1.key)
    }
    return try interpreter.list(sorted.map(\.pair))
  }

  /// The first element before which none comes.
  private static func extreme(_ precedes: @escaping @Sendable (Interpreter, Value, Value) throws -> Bool) -> Filter {
    { interpreter, value, arguments in
      let given = try arguments.bound(["case_sensitive", "attribute"], required: 0, interpreter)
      let ignoresCase = !(try interpreter.flag(given[0]))
      func key(_ item: Value) throws -> Value {
        try interpreter.sortKey(item, by: given[1] ?? .none, ignoringCase: ignoresCase)
      }
      let items = try interpreter.items(of: value)
      guard var best = items.first else { return .undefined(.hint("there is no element to take")) }
      for item in items.dropFirst() where try precedes(interpreter, try key(item), try key(best)) { best = item }
      return best
    }
  }
}

extension Interpreter {
  func flag(_ value: Value?) throws -> Bool { try value.map { try isTrue($0) } ?? false }

  func pairs(of dict: Dict) throws -> [Value] { try dict.entries.map { try tuple([$0.key, $0.value]) } }

  /// In order; what is equal stays in the order in which it came.
  func sorted<Element>(_ elements: [Element], reverse: Bool, _ precedes: (Element, Element) throws -> Bool) throws
    -> [Element]
  {
    try spend(elements: elements.count)
    try make(elements: 4 * elements.count)
    return try elements.enumerated().sorted { left, right in
      if try reverse ? precedes(right.element, left.element) : precedes(left.element, right.element) { return true }
      if try reverse ? precedes(left.element, right.element) : precedes(right.element, left.element) { return false }
      return left.offset < right.offset
    }.map(\.element)
  }

  /// What `sort(attribute='a,b')` compares.
  func sortKeys(_ item: Value, by attribute: Value?, ignoringCase: Bool) throws -> Value {
    guard case .text(let names)? = attribute else {
      return try list([try sortKey(item, by: attribute ?? .none, ignoringCase: ignoringCase)])
    }
    let parts = names.split(by: ",", most: .max)
    return try list(try parts.map { try sortKey(item, by: .text($0), ignoringCase: ignoringCase) })
  }

  func sortKey(_ item: Value, by attribute: Value, ignoringCase: Bool) throws -> Value {
    var key = item
    if case .none = attribute {} else { key = try self.attribute(path: attribute, of: item) }
    guard ignoringCase, let text = key.asText else { return key }
    try spend(4 * text.count)
    return .text(text.lowercased)
  }

  /// `a.b.0`, looked up part by part.
  ///
  /// - Parameter standard: What replaces each part that is not there; nothing does if it is None.
  func attribute(path: Value, of item: Value, standard: Value = .none) throws -> Value {
    let parts = path.asText?.split(by: ".", most: .max).map { part -> Value in
      let isNumber = !part.isEmpty && part.scalars.allSatisfy(\.isDigit)
      return isNumber ? .integer(Int(part.string) ?? .max) : .text(part)
    }
    return try (parts ?? [path]).reduce(item) { value, part in
      let found = try self.item(part, of: value)
      if case .none = standard { return found }
      return found.isDefined ? found : standard
    }
  }
}
