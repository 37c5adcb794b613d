import Files

/// What `type` names.
enum SchemaType: String, CaseIterable {
  case object, array, string, number, integer, boolean, null

  /// Whether a value is of the type.
  func has(_ value: JSONTree) -> Bool {
    switch (self, value) {
    case (.object, .object), (.array, .list), (.string, .text), (.boolean, .boolean), (.null, .null): true
    case (.number, .integer), (.number, .number): true
    case (.integer, .integer), (.integer, .number): value.integer != nil
    default: false
    }
  }

  /// The value as it is written: whole numbers without a point.
  /// - Throws: ``ConstraintError`` for a number that may have had more digits than were kept, and for a key that stands twice.
  static func plain(_ value: JSONTree, at place: SchemaPlace) throws -> JSONTree {
    switch value {
    case .number(let number):
      if let whole = value.integer { return .integer(whole) }
      guard number.isFinite, number.magnitude < 0x1p63 else {
        throw place.invalid("a number below 2^63: larger ones are not held digit by digit", got: value)
      }
      return value
    case .list(let values): return .list(try values.enumerated().map { try plain($1, at: place["\($0)"]) })
    case .object:
      let members = try SchemaKeywords(value, at: place).all
      return .object(try members.map { JSONTree.Member($0.name, try plain($0.value, at: place[$0.name])) })
    case .null, .boolean, .integer, .text: return value
    }
  }
}

/// The members of a schema, or of another object within it.
struct SchemaKeywords {
  let place: SchemaPlace
  /// In the order in which they are written, each name once.
  let all: [(name: String, value: JSONTree)]

  /// What has no effect on which values fit.
  private static let notes = ["title", "description", "$schema"]

  /// - Throws: ``ConstraintError/invalidSchema(path:expected:got:)`` for what is not an object, or has a key twice.
  init(_ tree: JSONTree, at place: SchemaPlace, _ expected: String = "a schema, which is an object") throws {
    guard case .object(let members) = tree else { throw place.invalid(expected, got: tree) }
    var seen: Set<[UInt8]> = []
    for member in members where !seen.insert(member.name).inserted {
      throw place.invalid("each key once", got: "the key `\(SchemaPlace.shown(member.key))` twice")
    }
    self.place = place
    all = members.map { ($0.key, $0.value) }
  }

  subscript(name: String) -> JSONTree? { all.first { $0.name.hasSameCodePoints(as: name) }?.value }

  /// Refuses every keyword but these, and those that have no effect.
  func allow(_ names: [String]) throws {
    // Definitions are read where the schema begins.
    let known = names + Self.notes + (place.isRoot ? ["$defs"] : [])
    for (name, _) in all where !known.contains(where: { $0.hasSameCodePoints(as: name) }) {
      throw ConstraintError.unsupportedKeyword(SchemaPlace.shown(name), path: place.path, known: known)
    }
  }

  /// - Throws: ``ConstraintError/invalidSchema(path:expected:got:)`` for what is no name of a type.
  func type() throws -> SchemaType? {
    guard let value = self["type"] else { return nil }
    let names = SchemaType.allCases.map(\.rawValue)
    guard let name = value.string else { throw place["type"].invalid("one name, of \(names.listed)", got: value) }
    guard let type = SchemaType.allCases.first(where: { $0.rawValue.hasSameCodePoints(as: name) }) else {
      throw place["type"].invalid("one of \(names.listed(closestTo: name))", got: value)
    }
    return type
  }
}
