public import Files

/// What the text that is written has to be.
public enum OutputFormat: Sendable {
  /// Anything.
  case text
  /// Some JSON object.
  case jsonObject
  /// JSON of this schema, as the request has it.
  ///
  /// `field`: where that has it.
  case jsonSchema(name: String, schema: JSONTree, field: String)
  /// One of these texts.
  case choice([String])

  private static let fields: [RequestField] = [
    .works("type", "text, json_object or json_schema"), .works("json_schema", "an object, where `type` says so"),
  ]
  private static let ofSchema: [RequestField] = [
    .works("name", "a name"), .works("schema", "an object"), .none("strict", "true or false: it always is"),
    .none("description", "a text"),
  ]
  /// What else vLLM has.
  private static let structured: [RequestField] = [
    .works("choice", "a list of 1 to 256 texts"), .works("json", "a JSON schema, which is an object"), refused("regex"),
    refused("grammar"),
    refused("json_object"), refused("structural_tag"), refused("whitespace_pattern"),
    refused("disable_any_whitespace"),
  ]

  private static func refused(_ name: String) -> RequestField {
    .refused(name, "not served. Use `json` or `response_format` for JSON, or `choice`.")
  }

  /// - Parameters:
  ///   - reader: The whole request.
  ///   - choice: Of `accrete`.
  init(
    _ reader: FieldReader, choice: [String]?, unknown: UnknownFields, ignored: inout IgnoredFields
  ) throws(APIError) {
    var choice = choice
    var schema: OutputFormat?
    if let members = try reader.object(Self.structuredField) {
      try FieldReader.check(members, by: Self.structured, at: Self.structuredField, unknown: unknown, ignored: &ignored)
      let inner = FieldReader(members, at: Self.structuredField)
      let texts = try inner.distinctTexts(
        "choice", count: 1...AccreteOptions.mostTexts, bytes: 1...AccreteOptions.longestText)
      schema = try Self.structuredSchema(inner)
      if texts != nil, schema != nil {
        throw inner.invalid("json", expected: "nothing beside `choice`", inner["json"], fix: "Send one of them.")
      }
      if choice != nil, texts != nil || schema != nil {
        throw reader.invalid(
          Self.structuredField, expected: "nothing beside `accrete.choice`", reader[Self.structuredField],
          fix: "Send one of them.")
      }
      choice = choice ?? texts
    }
    let format = try Self.format(reader, unknown: unknown, ignored: &ignored)
    guard let special = choice.map({ .choice($0) }) ?? schema else {
      self = format
      return
    }
    guard case .text = format else {
      throw reader.invalid(
        "response_format", expected: "`type` text beside \(schema == nil ? "a choice of texts" : "a schema elsewhere")",
        reader["response_format"], fix: "Send one of them.")
    }
    self = special
  }

  private static let structuredField = "structured_outputs"

  /// vLLM's name for what `response_format` does.
  private static func structuredSchema(_ reader: FieldReader) throws(APIError) -> OutputFormat? {
    guard let schema = reader["json"] else { return nil }
    guard case .object = schema else {
      throw reader.invalid("json", expected: "a JSON schema, which is an object", schema)
    }
    return .jsonSchema(name: "json", schema: schema, field: reader.name("json"))
  }

  /// The field of the request that has it.
  var field: String {
    switch self {
    case .text, .jsonObject: "response_format"
    case .jsonSchema(_, _, let field): field
    case .choice: "choice"
    }
  }

  private static func format(
    _ reader: FieldReader, unknown: UnknownFields, ignored: inout IgnoredFields
  ) throws(APIError) -> OutputFormat {
    guard let members = try reader.object("response_format") else { return .text }
    try FieldReader.check(members, by: fields, at: "response_format", unknown: unknown, ignored: &ignored)
    let format = FieldReader(members, at: "response_format")
    guard let type = try format.text("type", bytes: 0...SafeText.mostQuoted) else {
      throw format.invalid("type", expected: "text, json_object or json_schema", nil, fix: "Say which.")
    }
    // A schema that is not asked for would be dropped in silence.
    func withoutSchema(_ output: OutputFormat) throws(APIError) -> OutputFormat {
      guard let schema = format["json_schema"] else { return output }
      throw format.invalid(
        "json_schema", expected: "nothing beside `type` \(type)", schema,
        fix: "Leave it out, or set `type` to json_schema.")
    }
    switch ExactText(type) {
    case ExactText("text"): return try withoutSchema(.text)
    case ExactText("json_object"): return try withoutSchema(.jsonObject)
    case ExactText("json_schema"):
      return try schema(format, unknown: unknown, ignored: &ignored)
    default:
      throw APIError(
        .unsupportedParameter,
        "`response_format.type`: expected text, json_object or json_schema, got \(SafeText.quoted(type)). Use one of them.",
        param: "response_format.type")
    }
  }

  private static func schema(
    _ format: FieldReader, unknown: UnknownFields, ignored: inout IgnoredFields
  ) throws(APIError) -> OutputFormat {
    let path = format.name("json_schema")
    guard let members = try format.object("json_schema") else {
      throw format.invalid("json_schema", expected: "an object with `name` and `schema`", nil, fix: "Send one.")
    }
    try FieldReader.check(members, by: ofSchema, at: path, unknown: unknown, ignored: &ignored)
    let reader = FieldReader(members, at: path)
    guard let name = try reader.text("name", bytes: 1...64), PlainName.isPlain(name, longest: 64) else {
      throw reader.invalid(
        "name", expected: "a name of at most 64 letters, digits, `.`, `_` and `-`", reader["name"], fix: "Name it.")
    }
    guard let schema = reader["schema"], case .object = schema else {
      throw reader.invalid("schema", expected: "a JSON schema, which is an object", reader["schema"], fix: "Send one.")
    }
    _ = try reader.boolean("strict")
    _ = try reader.text("description", bytes: 0...longestDescription)
    return .jsonSchema(name: name, schema: schema, field: reader.name("schema"))
  }

  private static let longestDescription = 65_536
}
