/// Runs a syntax tree.
///
/// One interpreter serves one rendering: it holds what the template may still use, and what values name by number.
final class Interpreter {
  let template: String
  let limits: TemplateLimits
  let clock: TemplateClock
  /// The line of what is being evaluated, for errors.
  var line = 1
  var output: [Unicode.Scalar] = []
  var depth = 0
  var namespaces: [[(name: Text, value: Value)]] = []
  /// What iterators have not given yet.
  var iterators: [[Value]] = []
  /// Loops that run, by number; one that is over is gone.
  var loops: [Int: LoopState] = [:]
  var loopCount = 0
  var macros: [(macro: Statement.Macro, scope: Scope)] = []
  /// Texts that blocks with filters enclose.
  var enclosed: [Text] = []
  /// Characters and elements of the variables.
  private var given = 0
  private var workLeft: Int
  private var memoryLeft: Int

  init(template: String, limits: TemplateLimits, clock: TemplateClock) {
    self.template = template
    self.limits = limits
    self.clock = clock
    workLeft = limits.work
    memoryLeft = limits.memory
  }

  var location: TemplateError.Location { TemplateError.Location(template: template, line: line) }

  /// Takes note of what the template is given: the more that is, the more may be done.
  func take(given count: Int) {
    given += count
    workLeft += limits.workPerGiven * count
  }

  /// Counts work, which is limited.
  func spend(_ work: Int) throws {
    workLeft -= min(work, workLeft + 1)
    if workLeft < 0 {
      throw TemplateError.limit(
        at: location, what: "the template works without end", limit: limits.work + limits.workPerGiven * given)
    }
  }

  /// Counts memory before it is taken: for `count` elements and `characters` of text.
  func make(elements count: Int = 0, characters: Int = 0) throws {
    let (most, few) = (limits.memory / 48 + 1, limits.memory / 4 + 1)
    memoryLeft -= 48 * min(count, most) + 4 * min(characters, few)
    guard memoryLeft >= 0 else {
      throw TemplateError.limit(at: location, what: "the template makes too much", limit: limits.memory)
    }
  }

  /// Counts elements that are made or read.
  func spend(elements: Int) throws { try spend(elements > Int.max / 4 ? Int.max : 4 * elements) }

  /// Goes one level deeper while `body` runs.
  func deeper<Result>(_ body: () throws -> Result) throws -> Result {
    depth += 1
    defer { depth -= 1 }
    guard depth <= limits.evaluationDepth else {
      throw TemplateError.limit(at: location, what: "evaluation is nested too deeply", limit: limits.evaluationDepth)
    }
    try spend(16)
    return try body()
  }

  func write(_ text: Text) throws {
    try spend(text.count)
    guard output.count + text.count <= limits.output else {
      throw TemplateError.limit(at: location, what: "the text becomes too long", limit: limits.output)
    }
    try make(characters: text.count)
    output += text.scalars
  }

  // MARK: Making values

  func text(_ text: Text) throws -> Value {
    try spend(text.count)
    try make(characters: text.count)
    return .text(text)
  }

  func text(_ string: String) throws -> Value { try text(Text(string)) }

  func list(_ items: [Value]) throws -> Value { .list(try elements(items)) }

  func list(_ texts: [Text]) throws -> Value { try list(texts.map { try text($0) }) }

  func tuple(_ items: [Value]) throws -> Value { .tuple(try elements(items)) }

  func elements(_ items: [Value]) throws -> Elements {
    try spend(elements: items.count)
    try make(elements: items.count)
    return try limited(Elements(items)) { $0.depth }
  }

  func dict(_ entries: [(key: Value, value: Value)]) throws -> Value {
    try spend(elements: 2 * entries.count)
    try make(elements: 4 * entries.count)
    return .dict(try limited(Dict(entries.map { (try key($0.key), $0) })) { $0.depth })
  }

  func iterator(_ items: [Value]) throws -> Value {
    try spend(elements: items.count)
    try make(elements: items.count)
    iterators.append(items)
    return .iterator(iterators.count - 1)
  }

  private func limited<Container>(_ container: Container, _ depth: (Container) -> Int) throws -> Container {
    guard depth(container) <= limits.valueDepth else {
      throw TemplateError.limit(at: location, what: "lists and dicts are nested too deeply", limit: limits.valueDepth)
    }
    return container
  }

  func key(_ value: Value) throws -> Key {
    guard let key = try possibleKey(value) else { throw invalid("a text, a number or None as a key", value) }
    return key
  }

  /// - Returns: `nil` for what cannot be a key.
  func possibleKey(_ value: Value) throws -> Key? {
    if let text = value.asText { try spend(text.count) }
    guard case .tuple(let elements) = value else { return Key(value) }
    // A tuple of tuples may have many more leaves than it took to make it.
    try spend(elements: elements.items.count + 1)
    var keys: [Key] = []
    for item in elements.items {
      guard let key = try possibleKey(item) else { return nil }
      keys.append(key)
    }
    return .tuple(keys)
  }

  // MARK: Errors

  func invalid(_ expected: String, _ got: Value) -> TemplateError {
    if case .undefined(let missing) = got { return .undefined(at: location, got: missing.description) }
    return invalid(expected, got: got.typeName)
  }

  func invalid(_ expected: String, got: String) -> TemplateError {
    .invalid(at: location, expected: expected, got: got)
  }

  func unsupported(_ got: String, fix: String) -> TemplateError { .unsupported(at: location, got: got, fix: fix) }

  func overflow() -> TemplateError {
    .limit(at: location, what: "a whole number needs more than 64 bits", limit: Int.max)
  }
}
