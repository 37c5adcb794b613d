/// JSON of any form: for files whose keys others decide. Numbers are doubles; ``JSONFile`` has the limits of size and depth.
public enum JSONValue: Sendable, Equatable, Decodable {
  case null
  case boolean(Bool)
  case number(Double)
  case text(String)
  case list([JSONValue])
  case object([String: JSONValue])

  /// The value of a tree.
  init(_ tree: JSONTree) {
    switch tree {
    case .null: self = .null
    case .boolean(let value): self = .boolean(value)
    case .integer(let value): self = .number(Double(value))
    case .number(let value): self = .number(value)
    case .text(let bytes): self = .text(String(decoding: bytes, as: UTF8.self))
    case .list(let values): self = .list(values.map(JSONValue.init))
    case .object(let members):
      self = .object(
        Dictionary(members.map { (String(decoding: $0.name, as: UTF8.self), JSONValue($0.value)) }) { $1 })
    }
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    // What a value is shows in which type takes it; the last one's error names the key of a value that none takes.
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      self = .boolean(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode(String.self) {
      self = .text(value)
    } else if let value = try? container.decode([JSONValue].self) {
      self = .list(value)
    } else {
      self = .object(try container.decode([String: JSONValue].self))
    }
  }

  /// Null, false, or without content: what a writer puts where an option is not used.
  public var isBlank: Bool {
    switch self {
    case .null, .boolean(false): true
    case .boolean, .number: false
    case .text(let text): text.isEmpty
    case .list(let values): values.isEmpty
    case .object(let members): members.isEmpty
    }
  }

  /// The member of an object; `nil` for what has none.
  public subscript(name: String) -> JSONValue? { if case .object(let members) = self { members[name] } else { nil } }

  /// A text.
  public var string: String? { if case .text(let text) = self { text } else { nil } }

  /// A whole number that `Int` holds exactly.
  public var integer: Int? { if case .number(let value) = self { Int(exactly: value) } else { nil } }
}

extension JSONValue: Encodable {
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .null: try container.encodeNil()
    case .boolean(let value): try container.encode(value)
    // Whole numbers without a point, as other readers want counts.
    case .number(let value): try Int(exactly: value).map { try container.encode($0) } ?? container.encode(value)
    case .text(let text): try container.encode(text)
    case .list(let values): try container.encode(values)
    case .object(let members): try container.encode(members)
    }
  }
}

extension JSONValue: CustomStringConvertible {
  /// Short enough for one line of a message, with control characters spelled out.
  public var description: String {
    switch self {
    case .null: return "null"
    case .boolean(let value): return "\(value)"
    case .number(let value): return Int(exactly: value).map(String.init) ?? "\(value)"
    case .text(let text): return String(text.prefix(60)).debugDescription + (text.count > 60 ? "…" : "")
    case .list(let values):
      return "[" + values.prefix(8).map(\.description).joined(separator: ", ") + (values.count > 8 ? ", …]" : "]")
    case .object(let members): return "an object of \(members.count) keys"
    }
  }
}
