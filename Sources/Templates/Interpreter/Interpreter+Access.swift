/// What is in a value: its elements, attributes and slices.
extension Interpreter {
  /// All elements, in order; what an iterator gives is gone afterwards.
  func items(of value: Value) throws -> [Value] {
    switch value {
    case .undefined: return []
    case .text(let text), .markup(let text):
      try spend(elements: text.count)
      try make(elements: 2 * text.count)
      return text.scalars.map { .text(Text([$0])) }
    case .list(let elements), .tuple(let elements): return elements.items
    case .view(let view): return view.elements.items
    case .dict(let dict):
      try spend(elements: dict.entries.count)
      try make(elements: dict.entries.count)
      return dict.entries.map(\.key)
    case .range(let range):
      try spend(elements: range.count)
      try make(elements: range.count)
      return range.items
    case .iterator(let number):
      let items = iterators[number]
      iterators[number] = []
      return items
    default: throw invalid("something with elements", value)
    }
  }

  /// How many elements there are; `nil` for what does not know.
  func length(of value: Value) -> Int? {
    switch value {
    case .undefined: 0
    case .text(let text), .markup(let text): text.count
    case .list(let elements), .tuple(let elements): elements.items.count
    case .view(let view): view.elements.items.count
    case .dict(let dict): dict.entries.count
    case .range(let range): range.count
    case .loop(let number): loops[number]?.items.count
    default: nil
    }
  }

  /// `value.name`: a method or attribute, or else the element of that name.
  func attribute(_ name: String, of value: Value) throws -> Value {
    if case .undefined(let missing) = value {
      throw TemplateError.undefined(at: location, got: "\(missing.description), so that it has no `\(name.prefix(60))`")
    }
    if let found = try ownAttribute(name, of: value) { return found }
    if case .dict(let dict) = value, let found = dict[name] { return found }
    return .undefined(.attribute(name, of: value.typeName))
  }

  /// `value[key]`: the element, or else the attribute of that name.
  func item(_ key: Value, of value: Value) throws -> Value {
    if case .undefined(let missing) = value {
      throw TemplateError.undefined(at: location, got: "\(missing.description), so that it has no elements")
    }
    if case .dict(let dict) = value, let key = try possibleKey(key), let found = dict[key] { return found }
    if case .integer(let index)? = Number(key), let found = element(index, of: value) { return found }
    guard let name = key.asText else { return .undefined(.item(of: value.typeName)) }
    return try ownAttribute(name.string, of: value) ?? .undefined(.attribute(name.string, of: value.typeName))
  }

  private func element(_ index: Int, of value: Value) -> Value? {
    switch value {
    case .text, .markup, .list, .tuple, .range: break
    default: return nil
    }
    guard let count = length(of: value), (-count..<count).contains(index) else { return nil }
    let position = index < 0 ? index + count : index
    switch value {
    case .text(let text), .markup(let text): return .text(Text([text.scalars[position]]))
    case .list(let elements), .tuple(let elements): return elements.items[position]
    case .range(let range): return .integer(range[position])
    default: return nil
    }
  }

  /// What the value has apart from elements.
  private func ownAttribute(_ name: String, of value: Value) throws -> Value? {
    switch value {
    case .namespace(let number): return namespaces[number].first { $0.name == Text(name) }?.value
    case .loop(let number): return try loopAttribute(name, number)
    case .range(let range):
      if let number = ["start": range.start, "stop": range.stop, "step": range.step][name] { return .integer(number) }
    default: break
    }
    if let methods = Methods.of(value) {
      if methods.unsafe.contains(name) {
        return .undefined(.hint("`\(name)` changes \(value.typeName), which no template may"))
      }
      if methods.names.contains(name) { return .method(value, name) }
    }
    return nil
  }

  private func loopAttribute(_ name: String, _ number: Int) throws -> Value? {
    guard let loop = loops[number] else { throw invalid("a loop that runs", got: "a loop that is over") }
    let count = loop.items.count
    switch name {
    case "index": return .integer(loop.index + 1)
    case "index0": return .integer(loop.index)
    case "revindex": return .integer(count - loop.index)
    case "revindex0": return .integer(count - loop.index - 1)
    case "first": return .boolean(loop.index == 0)
    case "last": return .boolean(loop.index == count - 1)
    case "length": return .integer(count)
    case "depth": return .integer(1)
    case "depth0": return .integer(0)
    case "previtem": return loop.index > 0 ? loop.items[loop.index - 1] : .undefined(.hint("there is no item before"))
    case "nextitem":
      return loop.index + 1 < count ? loop.items[loop.index + 1] : .undefined(.hint("there is no item behind"))
    case "cycle", "changed": return .method(.loop(number), name)
    default: return nil
    }
  }

  /// `value[start:stop:step]`.
  func sliced(_ value: Value, _ bounds: [Value]) throws -> Value {
    let length: Int
    switch value {
    case .text, .markup, .list, .tuple, .range: length = self.length(of: value) ?? 0
    default: throw invalid("a text or a list to take a slice of", value)
    }
    var numbers: [Int?] = []
    for bound in bounds {
      switch (bound, Number(bound)) {
      case (.none, _): numbers.append(nil)
      case (_, .integer(let number)?): numbers.append(number)
      default: throw invalid("whole numbers as the bounds of a slice", bound)
      }
    }
    guard numbers[2] != 0 else { throw invalid("a step other than 0", got: "0") }
    let slice = Slice(start: numbers[0], stop: numbers[1], step: numbers[2] ?? 1, length: length)
    return try taken(slice, from: value)
  }

  private func taken(_ slice: Slice, from value: Value) throws -> Value {
    switch value {
    case .text(let text): return try self.text(Text(slice.taken(from: text.scalars)))
    case .markup(let text):
      try spend(slice.count)
      return .markup(Text(slice.taken(from: text.scalars)))
    case .list(let elements): return try list(slice.taken(from: elements.items))
    case .tuple(let elements): return try tuple(slice.taken(from: elements.items))
    case .range(let range):
      let (step, overflow) = range.step.multipliedReportingOverflow(by: slice.step)
      guard !overflow else { throw self.overflow() }
      let start = range[slice.start]
      let (length, tooLong) = step.multipliedReportingOverflow(by: slice.count)
      let (stop, outside) = start.addingReportingOverflow(length)
      guard !tooLong, !outside, let result = Value.Range(start: start, stop: stop, step: step) else {
        throw self.overflow()
      }
      return .range(result)
    default: return .undefined(.item(of: value.typeName))
    }
  }
}

/// The positions that a slice takes, by Python's rules.
struct Slice {
  let start: Int
  let step: Int
  let count: Int

  /// - Parameters:
  ///   - step: Not 0.
  ///   - length: Of what is cut.
  init(start: Int?, stop: Int?, step: Int, length: Int) {
    let (low, high) = step > 0 ? (0, length) : (-1, length - 1)
    func position(_ bound: Int?, _ standard: Int) -> Int {
      guard let bound else { return standard }
      return min(max(bound < 0 ? bound + length : bound, low), high)
    }
    let first = position(start, step > 0 ? low : high)
    let last = position(stop, step > 0 ? high : low)
    let distance = step > 0 ? last - first : first - last
    self.start = first
    self.step = step
    count = distance > 0 ? (distance - 1) / Int(clamping: step.magnitude) + 1 : 0
  }

  func taken<Element>(from elements: [Element]) -> [Element] {
    if step == 1 { return Array(elements[start..<(start + count)]) }
    return (0..<count).map { elements[start + $0 * step] }
  }
}
