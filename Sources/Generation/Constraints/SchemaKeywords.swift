import Files

/// The members of a schema, or of another object within it.
struct SchemaKeywords {
  let place: SchemaPlace
  /// In the order in which they are written, each name once.
  let all: [(name: String, value: JSONTree)]

  /// What has no effect on which values fit.
  private static let notes = [
    "title", "description", "default", "example", "examples", "deprecated", "readOnly", "writeOnly", "$schema",
    "$comment",
  ]
  /// Where a schema begins, and nowhere else, others may stand under these names.
  static let sections = ["$defs", "definitions"]

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
    let known = names + Self.notes + (place.isRoot ? Self.sections : [])
    for (name, _) in all where !known.contains(where: { $0.hasSameCodePoints(as: name) }) {
      throw ConstraintError.unsupportedKeyword(SchemaPlace.shown(name), path: place.path, known: known)
    }
  }

  /// The types that `type` names; `nil`: there is no `type`.
  /// - Throws: ``ConstraintError/invalidSchema(path:expected:got:)`` for what is no name of a type.
  func types() throws -> [SchemaType]? {
    guard let value = self["type"] else { return nil }
    let place = place["type"]
    guard case .list(let elements) = value else { return [try Self.type(value, at: place)] }
    let types = try elements.enumerated().map { try Self.type($1, at: place["\($0)"]) }
    guard !types.isEmpty, Set(types).count == types.count else {
      throw place.invalid("at least one name, each once", got: value)
    }
    return types
  }

  private static func type(_ value: JSONTree, at place: SchemaPlace) throws -> SchemaType {
    let names = SchemaType.allCases.map(\.rawValue)
    guard let name = value.string else {
      throw place.invalid("one name or a list of names, of \(names.listed)", got: value)
    }
    guard let type = SchemaType.allCases.first(where: { $0.rawValue.hasSameCodePoints(as: name) }) else {
      throw place.invalid("one of \(names.listed(closestTo: name))", got: value)
    }
    return type
  }
}
