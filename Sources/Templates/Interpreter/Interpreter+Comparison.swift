/// Truth, equality, order and membership, as Python has them.
extension Interpreter {
  func isTrue(_ value: Value) throws -> Bool {
    switch value {
    case .undefined, .none: false
    case .boolean(let value): value
    case .integer(let value): value != 0
    case .float(let value): value != 0
    case .text(let text), .markup(let text): !text.isEmpty
    case .list(let elements), .tuple(let elements): !elements.items.isEmpty
    case .view(let view): !view.elements.items.isEmpty
    case .dict(let dict): !dict.entries.isEmpty
    case .range(let range): range.count > 0
    case .namespace, .iterator, .loop, .macro, .function, .method: true
    }
  }

  func compare(_ left: Value, _ comparator: Expression.Comparator, _ right: Value) throws -> Bool {
    switch comparator {
    case .equal: try areEqual(left, right)
    case .notEqual: !(try areEqual(left, right))
    case .less: try isLess(left, right)
    case .greater: try isLess(right, left)
    case .atMost: try isLess(left, right) || areEqual(left, right)
    case .atLeast: try isLess(right, left) || areEqual(left, right)
    case .isIn: try contains(right, left)
    case .isNotIn: !(try contains(right, left))
    }
  }

  func areEqual(_ left: Value, _ right: Value) throws -> Bool {
    try spend(elements: 1)
    if let left = Number(left), let right = Number(right) { return left.isEqual(to: right) }
    if let left = left.asText, let right = right.asText {
      guard left.count == right.count else { return false }
      try spend(left.count)
      return left == right
    }
    switch (left, right) {
    case (.undefined, .undefined), (.none, .none): return true
    case (.list(let left), .list(let right)), (.tuple(let left), .tuple(let right)):
      return try areEqual(left.items, right.items)
    case (.dict(let left), .dict(let right)): return try areEqual(left, right)
    case (.view(let left), .view(let right)):
      guard left.kind == right.kind, left.kind != "values" else { return false }
      return try areEqual(left.elements.items, right.elements.items)
    case (.range(let left), .range(let right)):
      guard left.count == right.count else { return false }
      return left.count == 0 || left.start == right.start && (left.count == 1 || left.step == right.step)
    case (.namespace(let left), .namespace(let right)), (.iterator(let left), .iterator(let right)),
      (.loop(let left), .loop(let right)), (.macro(let left), .macro(let right)):
      return left == right
    case (.function(let left), .function(let right)): return left == right
    case (.method(let left, let name), .method(let right, let other)):
      return try name == other && areEqual(left, right)
    default: return false
    }
  }

  private func areEqual(_ left: [Value], _ right: [Value]) throws -> Bool {
    guard left.count == right.count else { return false }
    for (left, right) in zip(left, right) {
      guard try areEqual(left, right) else { return false }
    }
    return true
  }

  private func areEqual(_ left: Dict, _ right: Dict) throws -> Bool {
    guard left.entries.count == right.entries.count else { return false }
    for (key, value) in left.entries {
      guard let other = right[try self.key(key)], try areEqual(value, other) else { return false }
    }
    return true
  }

  /// `left < right`.
  func isLess(_ left: Value, _ right: Value) throws -> Bool {
    try spend(elements: 1)
    if let left = Number(left), let right = Number(right) { return left.isLess(than: right) }
    if let left = left.asText, let right = right.asText {
      try spend(min(left.count, right.count))
      return left < right
    }
    switch (left, right) {
    case (.list(let left), .list(let right)), (.tuple(let left), .tuple(let right)):
      for (left, right) in zip(left.items, right.items) where !(try areEqual(left, right)) {
        return try isLess(left, right)
      }
      return left.items.count < right.items.count
    default:
      for case .undefined(let missing) in [left, right] {
        throw TemplateError.undefined(at: location, got: missing.description)
      }
      throw invalid("two values that have an order", got: "\(left.typeName) and \(right.typeName)")
    }
  }

  /// `element in container`.
  func contains(_ container: Value, _ element: Value) throws -> Bool {
    if let text = container.asText {
      guard let part = element.asText else { throw invalid("a text that may be in a text", element) }
      try spend(text.count + part.count)
      return text.contains(part)
    }
    if case .dict(let dict) = container { return dict[try key(element)] != nil }
    for item in try items(of: container) where try areEqual(item, element) { return true }
    return false
  }
}

extension Interpreter.Number {
  /// Exact also where a whole number has more digits than a float holds.
  func isEqual(to other: Self) -> Bool {
    switch (self, other) {
    case (.integer(let left), .integer(let right)): left == right
    case (.float(let left), .float(let right)): left == right
    case (.integer(let whole), .float(let float)), (.float(let float), .integer(let whole)):
      Int(exactly: float) == whole
    }
  }

  func isLess(than other: Self) -> Bool {
    switch (self, other) {
    case (.integer(let left), .integer(let right)): left < right
    case (.integer(let left), .float(let right)): Int(exactly: right).map { left < $0 } ?? (Double(left) < right)
    case (.float(let left), .integer(let right)): Int(exactly: left).map { $0 < right } ?? (left < Double(right))
    case (.float(let left), .float(let right)): left < right
    }
  }
}
