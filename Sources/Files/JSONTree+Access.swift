extension JSONTree {
  /// A text.
  public static func text(_ text: String) -> JSONTree { .text(Array(text.utf8)) }

  /// An object of these members, in this order.
  public static func object(_ members: KeyValuePairs<String, JSONTree>) -> JSONTree {
    .object(members.map { Member($0.key, $0.value) })
  }

  /// The value of an object's first member of this name, compared by code points; `nil` for what has none. Setting it replaces
  /// that member where it stands, or adds a member at the end; `nil` removes all members of the name. What is not an object stays as it is.
  public subscript(name: String) -> JSONTree? {
    get {
      guard case .object(let members) = self else { return nil }
      return members.first { $0.isNamed(name) }?.value
    }
    set {
      guard case .object(var members) = self else { return }
      if let newValue, let index = members.firstIndex(where: { $0.isNamed(name) }) {
        members[index] = Member(name, newValue)
      } else if let newValue {
        members.append(Member(name, newValue))
      } else {
        members.removeAll { $0.isNamed(name) }
      }
      self = .object(members)
    }
  }

  /// A text.
  public var string: String? {
    if case .text(let bytes) = self { String(decoding: bytes, as: UTF8.self) } else { nil }
  }

  /// A whole number that `Int` holds exactly, however it is written.
  public var integer: Int? {
    switch self {
    case .integer(let value): value
    case .number(let value): Int(exactly: value)
    default: nil
    }
  }

  /// A number.
  public var number: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }

  /// Null, false, or without content: what a writer puts where an option is not used.
  public var isBlank: Bool {
    switch self {
    case .null, .boolean(false): true
    case .boolean, .integer, .number: false
    case .text(let text): text.isEmpty
    case .list(let values): values.isEmpty
    case .object(let members): members.isEmpty
    }
  }
}

extension JSONTree.Member {
  /// A member whose name is a text.
  public init(_ name: String, _ value: JSONTree) { self.init(name: Array(name.utf8), value: value) }

  /// The name as text.
  public var key: String { String(decoding: name, as: UTF8.self) }

  fileprivate func isNamed(_ other: String) -> Bool { name.elementsEqual(other.utf8) }
}

extension JSONTree: Equatable {
  /// Whether both say the same: numbers by their value, however they are written; texts and names by code points; members in any order.
  public static func == (one: JSONTree, other: JSONTree) -> Bool {
    switch (one, other) {
    case (.null, .null): true
    case (.boolean(let one), .boolean(let other)): one == other
    case (.integer(let one), .integer(let other)): one == other
    case (.number(let one), .number(let other)): one == other
    case (.integer(let whole), .number(let number)), (.number(let number), .integer(let whole)):
      Int(exactly: number) == whole
    case (.text(let one), .text(let other)): one == other
    case (.list(let one), .list(let other)): one == other
    case (.object(let one), .object(let other)): haveSameMembers(one, other)
    default: false
    }
  }

  /// Looks at each value once: what is nested deeply would otherwise be compared again at every level.
  private static func haveSameMembers(_ one: [Member], _ other: [Member]) -> Bool {
    guard one.count == other.count else { return false }
    if one.elementsEqual(other, by: { $0.name == $1.name }) { return one == other }
    func sorted(_ members: [Member]) -> [Member] {
      members.sorted { $0.name.lexicographicallyPrecedes($1.name) }
    }
    return sorted(one) == sorted(other)
  }
}

extension JSONTree: CustomStringConvertible {
  /// Short enough for one line of a message, with control characters spelled out.
  public var description: String {
    switch self {
    case .null: return "null"
    case .boolean(let value): return "\(value)"
    case .integer(let value): return "\(value)"
    case .number(let value): return Int(exactly: value).map(String.init) ?? "\(value)"
    case .text(let bytes):
      let text = String(decoding: bytes, as: UTF8.self)
      return String(text.prefix(60)).debugDescription + (text.count > 60 ? "…" : "")
    case .list(let values):
      return "[" + values.prefix(8).map(\.description).joined(separator: ", ")
        + (values.count > 8 ? ", …]" : "]")
    case .object(let members): return "an object of \(members.count) keys"
    }
  }
}
