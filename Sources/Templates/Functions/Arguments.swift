import Files

/// What a function, filter, test or method is called with.
struct Arguments {
  var positional: [Value]
  var named: [(name: String, value: Value)]
  /// What is called, for errors.
  let callee: String

  init(_ positional: [Value] = [], _ named: [(name: String, value: Value)] = [], of callee: String) {
    self.positional = positional
    self.named = named
    self.callee = callee
  }

  /// The arguments in the order of their parameters; `nil` for one that is not given.
  ///
  /// - Parameters:
  ///   - names: The parameters.
  ///   - required: How many of them, from the first, must be given.
  func bound(_ names: [String], required: Int, _ interpreter: Interpreter) throws -> [Value?] {
    guard positional.count <= names.count else {
      throw interpreter.invalid("at most \(names.count) arguments of \(callee.prefix(60))", got: "\(positional.count)")
    }
    var values: [Value?] = positional
    values += Array(repeating: nil, count: names.count - positional.count)
    for (name, value) in named {
      guard let index = names.firstIndex(of: name), values[index] == nil else {
        throw interpreter.invalid(
          "the arguments of \(callee.prefix(60)) (\(names.listed)), each once",
          got: "`\(name.prefix(60))`")
      }
      values[index] = value
    }
    for index in 0..<required where values[index] == nil {
      throw interpreter.invalid("the argument `\(names[index])` of \(callee.prefix(60))", got: "none")
    }
    return values
  }

  /// Requires that there are none.
  func none(_ interpreter: Interpreter) throws { _ = try bound([], required: 0, interpreter) }

  /// Behind the first positional argument.
  func rest(of callee: String) -> Arguments { Arguments(Array(positional.dropFirst()), named, of: callee) }
}

extension Interpreter {
  /// A whole number that was given.
  func integer(_ value: Value) throws -> Int {
    guard case .integer(let number)? = Number(value) else { throw invalid("a whole number", value) }
    return number
  }

  /// A whole number that was given, or `standard` without or with None.
  func integer(_ value: Value?, _ standard: Int) throws -> Int {
    switch value {
    case nil, Value.none?: standard
    case let value?: try integer(value)
    }
  }

  /// A text that was given.
  func string(_ value: Value) throws -> Text {
    guard let text = value.asText else { throw invalid("a text", value) }
    return text
  }
}
