/// A key of any name.
public struct JSONKey: CodingKey {
  public let stringValue: String
  public var intValue: Int? { nil }

  /// A key of this name.
  public init(_ name: String) { stringValue = name }
  public init(stringValue: String) { self.init(stringValue) }
  public init?(intValue: Int) { nil }
}

/// As a part of a file of a known form: what the form leaves to others. Its members are in the order of their names' bytes then, as
/// ``JSONFile`` writes them; a tree that is read from the bytes keeps the order that they have there.
extension JSONTree: Codable {
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    // What a value is shows in which type takes it; the last one's error names the key of a value that none takes.
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      self = .boolean(value)
    } else if let value = try? container.decode(Int.self) {
      self = .integer(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode(String.self) {
      self = .text(value)
    } else if let values = try? container.decode([JSONTree].self) {
      self = .list(values)
    } else {
      let members = try container.decode([String: JSONTree].self).map { Member($0.key, $0.value) }
      self = .object(members.sorted { $0.name.lexicographicallyPrecedes($1.name) })
    }
  }

  public func encode(to encoder: any Encoder) throws {
    if case .object(let members) = self {
      var container = encoder.container(keyedBy: JSONKey.self)
      for member in members { try container.encode(member.value, forKey: JSONKey(member.key)) }
      return
    }
    var container = encoder.singleValueContainer()
    switch self {
    case .null, .object: try container.encodeNil()
    case .boolean(let value): try container.encode(value)
    case .integer(let value): try container.encode(value)
    // Whole numbers without a point, as other readers want counts.
    case .number(let value):
      try Int(exactly: value).map { try container.encode($0) } ?? container.encode(value)
    case .text(let text): try container.encode(String(decoding: text, as: UTF8.self))
    case .list(let values): try container.encode(values)
    }
  }
}
