/// What a template is given: JSON's values, with keys in their order and whole numbers apart from others.
public enum TemplateValue: Sendable, Equatable {
  case none
  case boolean(Bool)
  case integer(Int)
  case float(Double)
  case text(String)
  case list([TemplateValue])
  case object(TemplateObject)
}

/// Names and values in an order: a template writes them in it.
public struct TemplateObject: Sendable, Equatable, ExpressibleByDictionaryLiteral {
  /// One name and its value.
  public struct Member: Sendable, Equatable {
    public let name: String
    public var value: TemplateValue
  }

  /// In their order; no name is there twice.
  public private(set) var members: [Member] = []
  private var positions: [Text: Int] = [:]

  /// Without members.
  public init() {}

  public init(dictionaryLiteral elements: (String, TemplateValue)...) {
    for (name, value) in elements { self[name] = value }
  }

  /// The value of a name. A new name comes last; `nil` removes one.
  public subscript(name: String) -> TemplateValue? {
    get { positions[Text(name)].map { members[$0].value } }
    set {
      switch (positions[Text(name)], newValue) {
      case (let position?, let value?): members[position].value = value
      case (nil, let value?):
        positions[Text(name)] = members.count
        members.append(Member(name: name, value: value))
      case (let position?, nil):
        members.remove(at: position)
        positions = Dictionary(uniqueKeysWithValues: members.enumerated().map { (Text($1.name), $0) })
      case (nil, nil): break
      }
    }
  }

  /// With the members of another, which count where both have a name.
  public func merging(_ other: TemplateObject) -> TemplateObject {
    other.members.reduce(into: self) { $0[$1.name] = $1.value }
  }
}

extension TemplateValue: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByFloatLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  public init(stringLiteral value: String) { self = .text(value) }
  public init(booleanLiteral value: Bool) { self = .boolean(value) }
  public init(integerLiteral value: Int) { self = .integer(value) }
  public init(floatLiteral value: Double) { self = .float(value) }
  public init(arrayLiteral elements: TemplateValue...) { self = .list(elements) }
  public init(dictionaryLiteral elements: (String, TemplateValue)...) {
    self = .object(elements.reduce(into: TemplateObject()) { $0[$1.0] = $1.1 })
  }
}

extension Interpreter {
  /// A value for the template; its depth is limited as that of all values is.
  func value(_ given: TemplateValue, depth: Int = 0) throws -> Value {
    guard depth < limits.valueDepth else {
      throw TemplateError.limit(at: location, what: "a variable is nested too deeply", limit: limits.valueDepth)
    }
    switch given {
    case .none: return .none
    case .boolean(let value): return .boolean(value)
    case .integer(let value): return .integer(value)
    case .float(let value): return .float(value)
    case .text(let string):
      let text = Text(string)
      take(given: text.count)
      return .text(text)
    case .list(let values):
      take(given: values.count)
      return .list(Elements(try values.map { try value($0, depth: depth + 1) }))
    case .object(let object):
      take(given: object.members.count)
      return .dict(
        Dict(
          try object.members.map { member in
            let name = Text(member.name)
            return (.text(name), (.text(name), try value(member.value, depth: depth + 1)))
          }))
    }
  }
}
