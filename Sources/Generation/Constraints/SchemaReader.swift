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
    /// As compact JSON.
    static let bytes = 64 << 10
  }

  /// A form for each schema; `nil` until it is read, and where ``references`` has the one that stands for it.
  private var forms: [TextGrammar.Form?] = []
  private var references: [Int: Int] = [:]
  /// The forms of the schemas under `$defs`.
  private var definitions: [ExactText: Int] = [:]
  private var properties = 0
  private var values = 0

  /// - Throws: ``ConstraintError``.
  static func grammar(of schema: JSONTree) throws -> TextGrammar {
    let bytes = schema.json.count
    guard bytes <= Limits.bytes else {
      throw ConstraintError.schemaTooLarge(path: "#", what: "bytes", got: bytes, limit: Limits.bytes)
    }
    var reader = SchemaReader()
    let root = try reader.read(schema)
    let grammar = TextGrammar(try reader.resolved(), root: root)
    guard grammar.heights[root] <= TextGrammar.deepest else {
      throw ConstraintError.endless(levels: TextGrammar.deepest)
    }
    return grammar
  }

  /// The whole schema; its form is the first.
  private mutating func read(_ schema: JSONTree) throws -> Int {
    let place = SchemaPlace.root
    let root = reserve()
    let keywords = try SchemaKeywords(schema, at: place)
    let parts = try keywords["$defs"].map { try SchemaKeywords($0, at: place["$defs"], "an object of schemas") }
    for part in parts?.all ?? [] { definitions[ExactText(part.name)] = reserve() }
    try fill(root, keywords)
    for part in parts?.all ?? [] {
      guard let form = definitions[ExactText(part.name)] else { continue }
      try fill(form, SchemaKeywords(part.value, at: place["$defs"][part.name].inner))
    }
    return root
  }

  private mutating func reserve() -> Int {
    forms.append(nil)
    return forms.count - 1
  }

  private mutating func form(of schema: JSONTree, at place: SchemaPlace) throws -> Int {
    let form = reserve()
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
      references[form] = try target(of: reference, at: place["$ref"])
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
    let beginning = "#/$defs/"
    guard text.utf8.starts(with: beginning.utf8) else { throw place.invalid(expected, got: reference) }
    let name = SchemaPlace.unescaped(String(text.unicodeScalars.dropFirst(beginning.unicodeScalars.count)))
    guard let form = definitions[ExactText(name)] else {
      let known = definitions.keys.map(\.text).sorted()
      throw place.invalid(
        known.isEmpty
          ? "a schema under `$defs`, of which there are none"
          : "one of `$defs`: \(known.listed(closestTo: name))", got: reference)
    }
    return form
  }

  /// All forms, with those in their places that references lead to.
  private func resolved() throws -> [TextGrammar.Form] {
    try forms.indices.map { index in
      var (form, steps) = (index, 0)
      while let next = references[form] {
        (form, steps) = (next, steps + 1)
        guard steps <= references.count else { throw ConstraintError.endless(levels: TextGrammar.deepest) }
      }
      // Every form is read or a reference by now.
      guard let found = forms[form] else { throw ConstraintError.endless(levels: TextGrammar.deepest) }
      return found
    }
  }

  // MARK: Types

  private mutating func typed(_ keywords: SchemaKeywords) throws -> TextGrammar.Form {
    let type = try keywords.type()
    switch type {
    case nil:
      // A keyword that nobody knows comes first: what is missing may be spelled wrongly.
      try keywords.allow(["type", "enum", "const", "$ref", "properties", "required", "additionalProperties", "items"])
      throw keywords.place.invalid("`type`, `enum`, `const` or `$ref`", got: "none of them")
    case .object?: return try object(keywords)
    case .array?:
      try keywords.allow(["type", "items"])
      guard let items = keywords["items"] else {
        throw keywords.place.invalid("`items`, the schema of the list's elements", got: "none")
      }
      return .list(try form(of: items, at: keywords.place["items"].inner))
    case .string?:
      try keywords.allow(["type", "enum", "const"])
      return .string
    case .number?, .integer?:
      try keywords.allow(["type", "enum", "const"])
      return .number(isInteger: type == .integer)
    case .boolean?:
      try keywords.allow(["type", "enum", "const"])
      return .oneOf(TextGrammar.words("true", "false"))
    case .null?:
      try keywords.allow(["type", "enum", "const"])
      return .oneOf(TextGrammar.words("null"))
    }
  }

  private mutating func object(_ keywords: SchemaKeywords) throws -> TextGrammar.Form {
    let place = keywords.place
    try keywords.allow(["type", "properties", "required", "additionalProperties"])
    guard case .boolean(false)? = keywords["additionalProperties"] else {
      throw place["additionalProperties"].invalid(
        "false, written out: only the properties of the schema are written", got: keywords["additionalProperties"])
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
      return .oneOf(SortedTexts([try text(of: value, as: keywords.type(), at: place)]))
    }
    guard case .list(let elements) = value, !elements.isEmpty else {
      throw place.invalid("a list of at least one value", got: value)
    }
    try count(elements.count, at: place)
    let type = try keywords.type()
    return .oneOf(SortedTexts(try elements.enumerated().map { try text(of: $1, as: type, at: place["\($0)"]) }))
  }

  private mutating func count(_ number: Int, at place: SchemaPlace) throws {
    values += number
    guard values <= Limits.values else {
      throw ConstraintError.schemaTooLarge(
        path: place.path, what: "listed values with those before", got: values, limit: Limits.values)
    }
  }

  /// How a listed value is written.
  private func text(of value: JSONTree, as type: SchemaType?, at place: SchemaPlace) throws -> [UInt8] {
    if let type, !type.has(value) { throw place.invalid("a value of `type` \(type.rawValue)", got: value) }
    return try SchemaType.plain(value, at: place).json
  }
}
