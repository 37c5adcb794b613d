import Foundation

/// What a template can call without a receiver.
enum GlobalFunction: String, Sendable {
  case range, namespace, dict
  case raise = "raise_exception"
  case now = "strftime_now"
}

extension Interpreter {
  func call(_ function: GlobalFunction, _ arguments: Arguments) throws -> Value {
    switch function {
    case .range: return .range(try range(arguments))
    case .namespace: return try namespace(arguments)
    case .dict: return try dict(try entries(arguments))
    case .raise:
      let message = try printed(try arguments.bound(["message"], required: 1, self)[0] ?? .none)
      throw TemplateError.raised(at: location, message: Text(message.scalars.prefix(1000)).string)
    case .now:
      let format = try string(try arguments.bound(["format"], required: 1, self)[0] ?? .none)
      guard let date = clock.formatted(format.string) else {
        throw invalid("the format of a date, such as `%d %b %Y`", got: format.quoted)
      }
      return try text(date)
    }
  }

  private func range(_ arguments: Arguments) throws -> Value.Range {
    guard arguments.named.isEmpty, (1...3).contains(arguments.positional.count) else {
      throw invalid("one to three numbers for `range`", got: "other arguments")
    }
    let numbers = try arguments.positional.map { try integer($0) }
    let bounds = numbers.count == 1 ? (0, numbers[0]) : (numbers[0], numbers[1])
    let step = numbers.count == 3 ? numbers[2] : 1
    guard step != 0 else { throw invalid("a step other than 0", got: "0") }
    guard let range = Value.Range(start: bounds.0, stop: bounds.1, step: step), range.count <= limits.range else {
      throw TemplateError.limit(at: location, what: "`range` has too many elements", limit: limits.range)
    }
    return range
  }

  private func namespace(_ arguments: Arguments) throws -> Value {
    let entries = try entries(arguments)
    namespaces.append([])
    let number = namespaces.count - 1
    for (key, value) in entries {
      guard case .text(let name) = key else { throw invalid("a text as the name of an attribute", key) }
      try set(name, to: value, inNamespace: number)
    }
    try spend(elements: entries.count + 1)
    return .namespace(number)
  }

  /// What `dict(...)` and `namespace(...)` are made of: a dict or pairs, and named arguments.
  private func entries(_ arguments: Arguments) throws -> [(key: Value, value: Value)] {
    guard arguments.positional.count <= 1 else { throw invalid("one dict and named arguments", got: "several") }
    let named = arguments.named.map { (key: Value.text(Text($0.name)), value: $0.value) }
    guard let first = arguments.positional.first else { return named }
    if case .dict(let dict) = first { return dict.entries + named }
    let pairs = try items(of: first).map { pair in
      let items = try items(of: pair)
      guard items.count == 2 else { throw invalid("pairs of a key and a value", pair) }
      return (key: items[0], value: items[1])
    }
    return pairs + named
  }
}
