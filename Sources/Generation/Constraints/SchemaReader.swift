import Files

/// Reads a JSON schema of the supported part of the language, and refuses the rest by name.
struct SchemaReader {
  /// What a schema may have.
  enum Limits {
    static let depth = 16
    /// In all objects together.
    static let properties = 256
    /// In all lists of values together.
    static let values = 1024
    /// In all choices together.
    static let alternatives = 256
    /// Of one choice, those of the choices in it included, listed values counted as one.
    static let alternativesAtOnce = TextGrammar.State.mostPositions
    /// As compact JSON.
    static let bytes = 64 << 10
  }

  private var forms = SchemaForms()
  /// The forms of the schemas under `$defs` and `definitions`, by the end of what refers to them: `$defs/NAME`.
  private var definitions: [ExactText: Int] = [:]
  private var properties = 0
  private var values = 0
  private var alternatives = 0

  /// - Throws: ``ConstraintError``.
  static func grammar(of schema: JSONTree) throws -> TextGrammar {
    let bytes = schema.json.count
    guard bytes <= Limits.bytes else {
      throw ConstraintError.schemaTooLarge(path: "#", what: "bytes", got: bytes, limit: Limits.bytes)
    }
    var reader = SchemaReader()
    let root = try reader.read(schema)
    let grammar = TextGrammar(try reader.forms.resolved(), root: root)
    guard grammar.heights[root] <= TextGrammar.deepest else {
      throw ConstraintError.endless(levels: TextGrammar.deepest)
    }
    return grammar
  }

  /// The whole schema; its form is the first.
  private mutating func read(_ schema: JSONTree) throws -> Int {
    let place = SchemaPlace.root
    let root = forms.reserve()
    let keywords = try SchemaKeywords(schema, at: place)
    var parts: [(form: Int, value: JSONTree, place: SchemaPlace)] = []
    for section in SchemaKeywords.sections {
      guard let value = keywords[section] else { continue }
      for part in try SchemaKeywords(value, at: place[section], "an object of schemas").all {
        let form = forms.reserve()
        definitions[ExactText("\(section)/\(part.name)")] = form
        parts.append((form, part.value, place[section][part.name].inner))
      }
    }
    try fill(root, keywords)
    for part in parts { try fill(part.form, SchemaKeywords(part.value, at: part.place)) }
    return root
  }

  private mutating func form(of schema: JSONTree, at place: SchemaPlace) throws -> Int {
    let form = forms.reserve()
    try fill(form, SchemaKeywords(schema, at: place))
    return form
  }

  private mutating func fill(_ form: Int, _ keywords: SchemaKeywords) throws {
    let place = keywords.place
    guard place.depth <= Limits.depth else {
      throw ConstraintError.schemaTooLarge(
        path: place.path, what: "levels of schemas", got: place.depth, limit: Limits.depth)
    }
    if let reference = keywords["$ref"] {
      try keywords.allow(["$ref"])
      forms.refer(form, to: try target(of: reference, at: place["$ref"]))
    } else if let list = keywords["anyOf"] {
      try keywords.allow(["anyOf"])
      forms[form] = .anyOf(try choice(list, at: place["anyOf"]))
    } else if let list = keywords["allOf"] {
      // As some write a reference with a note beside it.
      try keywords.allow(["allOf"])
      guard case .list(let schemas) = list, schemas.count == 1, let schema = schemas.first else {
        throw place["allOf"].invalid("a list of one schema: several cannot be written at once", got: list)
      }
      forms.refer(form, to: try self.form(of: schema, at: place["allOf"]["0"].inner))
    } else if keywords["enum"] != nil || keywords["const"] != nil {
      forms[form] = try listed(keywords)
    } else {
      forms[form] = try typed(keywords)
    }
  }

  // MARK: References

  private func target(of reference: JSONTree, at place: SchemaPlace) throws -> Int {
    let expected = "`#` or `#/$defs/NAME`"
    guard let text = reference.string else { throw place.invalid(expected, got: reference) }
    if text.hasSameCodePoints(as: "#") { return 0 }
    guard SchemaKeywords.sections.contains(where: { text.utf8.starts(with: "#/\($0)/".utf8) }) else {
      throw place.invalid(expected, got: reference)
    }
    let name = SchemaPlace.unescaped(String(text.unicodeScalars.dropFirst(2)))
    guard let form = definitions[ExactText(name)] else {
      let known = definitions.keys.map(\.text).sorted()
      throw place.invalid(
        known.isEmpty
          ? "a schema under `$defs`, of which there are none" : "`#/` and one of: \(known.listed(closestTo: name))",
        got: reference)
    }
    return form
  }

  // MARK: Choices

  private mutating func choice(_ list: JSONTree, at place: SchemaPlace) throws -> [Int] {
    guard case .list(let schemas) = list, !schemas.isEmpty else {
      throw place.invalid("a list of at least one schema", got: list)
    }
    try countAlternatives(schemas.count, at: place)
    return try schemas.enumerated().map { try form(of: $1, at: place["\($0)"].inner) }
  }

  private mutating func countAlternatives(_ number: Int, at place: SchemaPlace) throws {
    alternatives += number
    guard alternatives <= Limits.alternatives else {
      throw ConstraintError.schemaTooLarge(
        path: place.path, what: "alternatives with those before", got: alternatives, limit: Limits.alternatives)
    }
  }

  // MARK: Types

  private mutating func typed(_ keywords: SchemaKeywords) throws -> TextGrammar.Form {
    guard let types = try keywords.types() else {
      // A keyword that nobody knows comes first: what is missing may be spelled wrongly.
      try keywords.allow(
        ["type", "enum", "const", "anyOf", "allOf", "$ref"] + SchemaType.allCases.flatMap(\.keywords))
      throw keywords.place.invalid("`type`, `enum`, `const`, `anyOf` or `$ref`", got: "none of them")
    }
    // Of several types each heeds its own keywords.
    try keywords.allow(["type", "enum", "const"] + types.flatMap(\.keywords))
    if types.count == 1 { return try form(of: types[0], keywords) }
    try countAlternatives(types.count, at: keywords.place["type"])
    return .anyOf(
      try types.filter { $0 != .integer || !types.contains(.number) }.map { type in
        let form = forms.reserve()
        forms[form] = try self.form(of: type, keywords)
        return form
      })
  }

  private mutating func form(of type: SchemaType, _ keywords: SchemaKeywords) throws -> TextGrammar.Form {
    switch type {
    case .object: return try object(keywords)
    case .array:
      let count = try keywords.count("minItems", "maxItems")
      guard let items = keywords["items"] else {
        throw keywords.place.invalid("`items`, the schema of the list's elements", got: "none")
      }
      return .list(try form(of: items, at: keywords.place["items"].inner), count)
    case .string: return .string(try keywords.count("minLength", "maxLength"))
    case .number, .integer:
      let isInteger = type == .integer
      return try keywords.range(isInteger: isInteger).map { .numberIn($0) } ?? .number(isInteger: isInteger)
    case .boolean: return .oneOf(TextGrammar.words("true", "false"))
    case .null: return .oneOf(TextGrammar.words("null"))
    }
  }

  private mutating func object(_ keywords: SchemaKeywords) throws -> TextGrammar.Form {
    let place = keywords.place
    guard case .boolean(false)? = keywords["additionalProperties"] else {
      throw place["additionalProperties"].invalid(
        "false: add \"additionalProperties\": false, since only the properties of the schema are written",
        got: keywords["additionalProperties"])
    }
    let listed = place["properties"]
    let members =
      try keywords["properties"].map { try SchemaKeywords($0, at: listed, "an object of schemas").all } ?? []
    properties += members.count
    guard properties <= Limits.properties else {
      throw ConstraintError.schemaTooLarge(
        path: listed.path, what: "properties with those before", got: properties, limit: Limits.properties)
    }
    let required = try requiredNames(keywords, among: members.map(\.name))
    return .object(
      TextGrammar.Members(
        try members.map { name, value in
          (JSONTree.text(name).json, try form(of: value, at: listed[name].inner), required.contains(ExactText(name)))
        }))
  }

  private func requiredNames(_ keywords: SchemaKeywords, among names: [String]) throws -> Set<ExactText> {
    guard let value = keywords["required"] else { return [] }
    let place = keywords.place["required"]
    guard case .list(let elements) = value else { throw place.invalid("a list of names", got: value) }
    let known = Set(names.map { ExactText($0) })
    var required: Set<ExactText> = []
    for (index, element) in elements.enumerated() {
      guard let name = element.string else { throw place["\(index)"].invalid("a name", got: element) }
      guard known.contains(ExactText(name)) else {
        throw place["\(index)"].invalid(
          names.isEmpty
            ? "a name of `properties`, of which there are none"
            : "one of `properties`: \(names.listed(closestTo: name))", got: element)
      }
      required.insert(ExactText(name))
    }
    return required
  }

  // MARK: Listed values

  private mutating func listed(_ keywords: SchemaKeywords) throws -> TextGrammar.Form {
    let name = keywords["enum"] == nil ? "const" : "enum"
    let place = keywords.place[name]
    try keywords.allow(["type", name])
    guard let value = keywords[name] else { throw place.invalid("a value", got: "none") }
    if name == "const" {
      try count(1, at: place)
      return .oneOf(SortedTexts([try text(of: value, as: keywords.types(), at: place)]))
    }
    guard case .list(let elements) = value, !elements.isEmpty else {
      throw place.invalid("a list of at least one value", got: value)
    }
    try count(elements.count, at: place)
    let types = try keywords.types()
    return .oneOf(SortedTexts(try elements.enumerated().map { try text(of: $1, as: types, at: place["\($0)"]) }))
  }

  private mutating func count(_ number: Int, at place: SchemaPlace) throws {
    values += number
    guard values <= Limits.values else {
      throw ConstraintError.schemaTooLarge(
        path: place.path, what: "listed values with those before", got: values, limit: Limits.values)
    }
  }

  /// How a listed value is written.
  private func text(of value: JSONTree, as types: [SchemaType]?, at place: SchemaPlace) throws -> [UInt8] {
    if let types, !types.contains(where: { $0.has(value) }) {
      throw place.invalid("a value of `type` \(types.map(\.rawValue).joined(separator: " or "))", got: value)
    }
    return try SchemaType.plain(value, at: place).json
  }
}
