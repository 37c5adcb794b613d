import Files

/// What stands in fields that are lists and objects. Lengths are bytes where the reader counts them, and characters to who reads the
/// description: no text that is longer than it says is taken.
extension OpenAPIDocument {
  static let messages = list(
    of: .object([
      "type": .text("object"), "required": .texts(["role", "content"]),
      "properties": .object([
        "role": .object(["enum": .texts(["system", "developer", "user", "assistant"])]),
        "content": either([
          ofType("string"),
          .object(list(of: object(["type": .object(only(["text"])), "text": ofType("string")]), 0, nil)),
        ]),
      ]),
    ]), 1, nil)

  static let prompts = eitherMember(
    [
      ofType("string"), .object(list(of: ofType("string"), 1, CompletionRequest.mostPrompts)), ids,
      .object(list(of: ids, 1, CompletionRequest.mostPrompts)),
    ], types: ["string", "array"])

  // Texts of spaces alone are refused, too.
  static let inputs = eitherMember(
    [
      .object(text(1, nil)), .object(list(of: .object(text(1, nil)), 1, ClassifyRequest.mostInputs)),
    ], types: ["string", "array"])

  static let stops = eitherMember(
    [
      .object(text(1, SamplingParameters.longestStop)),
      .object(list(of: .object(text(1, SamplingParameters.longestStop)), 0, SamplingParameters.mostStops)),
      ofType("null"),
    ], types: ["string", "array", "null"])

  static let longText = orNull("string") + [JSONTree.Member("maxLength", .integer(RequestFields.longestName))]

  static let labels = texts(AccreteOptions.mostLabels)

  static let modalities = only([.list([.text("text")])])

  static let metadata =
    orNull("object") + [
      JSONTree.Member("maxProperties", .integer(RequestFields.mostMetadata)),
      JSONTree.Member("propertyNames", .object(text(1, RequestFields.longestMetadataName).filter { $0.key != "type" })),
      JSONTree.Member("additionalProperties", .object(text(0, RequestFields.longestMetadata))),
    ]

  static let biases =
    orNull("object") + [
      JSONTree.Member("maxProperties", .integer(SamplingParameters.mostBiases)),
      JSONTree.Member("propertyNames", .object(["pattern": .text("^(0|[1-9][0-9]{0,8})$")])),
      JSONTree.Member(
        "additionalProperties",
        .object(["type": .text("number"), "minimum": .integer(-100), "maximum": .integer(100)])),
    ]

  static let streamOptions = objectOrNull([
    "include_usage": .object(orNull("boolean")), "include_obfuscation": .object(only([.boolean(false)])),
  ])

  static let responseFormat = objectOrNull(
    [
      "type": .object(["enum": .texts(["text", "json_object", "json_schema"])]),
      "json_schema": .object(
        objectOrNull(
          [
            "name": .object(["type": .text("string"), "pattern": .text("^[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}$")]),
            "schema": ofType("object"), "strict": .object(orNull("boolean")), "description": .object(orNull("string")),
          ], needed: ["name", "schema"])),
    ], needed: ["type"])

  static let structuredOutputs = objectOrNull([
    "choice": .object(texts(AccreteOptions.mostTexts)), "json": .object(orNull("object")),
  ])

  /// `accrete`, which has not the same options in every request.
  static func options(at path: String) -> [JSONTree.Member] {
    let names = optionNames[path] ?? []
    let members = AccreteOptions.Name.allCases.filter(names.contains).map { name in
      JSONTree.Member(
        name.rawValue,
        .object(form(of: name) + [JSONTree.Member("description", .text(AccreteOptions.rules[name] ?? ""))]))
    }
    return orNull("object") + [
      JSONTree.Member("properties", .object(members)), JSONTree.Member("additionalProperties", .boolean(false)),
    ]
  }

  /// Which options each request has.
  static let optionNames: [String: Set<AccreteOptions.Name>] = [
    "/v1/chat/completions": AccreteOptions.Name.ofChat, "/v1/completions": AccreteOptions.Name.ofCompletions,
    "/accrete/v1/classify": AccreteOptions.Name.ofClassify, "/accrete/v1/route": AccreteOptions.Name.ofRoute,
  ]

  private static func form(of option: AccreteOptions.Name) -> [JSONTree.Member] {
    switch option {
    case .unknown: only(AccreteOptions.Unknown.allCases.map { .text($0.rawValue) })
    case .labels: labels
    case .choice: texts(AccreteOptions.mostTexts)
    case .deadline: whole(1, AccreteOptions.longestDeadline)
    case .cacheSalt:
      orNull("string") + [
        JSONTree.Member("minLength", .integer(1)), JSONTree.Member("maxLength", .integer(AccreteOptions.longestSalt)),
      ]
    case .trace, .special: orNull("boolean")
    }
  }

  // MARK: Forms

  private static let ids = JSONTree.object(
    list(
      of: .object(["type": .text("integer"), "minimum": .integer(0), "maximum": .integer(Int(Int32.max))]), 1, nil))

  /// A text of so many characters.
  static func text(_ least: Int, _ most: Int?) -> [JSONTree.Member] {
    [JSONTree.Member("type", .text("string"))] + bounds("minLength", least, "maxLength", most)
  }

  /// So many different texts, each with something in it.
  private static func texts(_ most: Int) -> [JSONTree.Member] {
    orNull("array") + [
      JSONTree.Member("items", .object(text(1, AccreteOptions.longestText))),
      JSONTree.Member("uniqueItems", .boolean(true)),
    ] + bounds("minItems", 1, "maxItems", most)
  }

  private static func list(of element: JSONTree, _ least: Int, _ most: Int?) -> [JSONTree.Member] {
    [JSONTree.Member("type", .text("array")), JSONTree.Member("items", element)]
      + bounds("minItems", least, "maxItems", most)
  }

  private static func bounds(_ low: String, _ least: Int, _ high: String, _ most: Int?) -> [JSONTree.Member] {
    (least > 0 ? [JSONTree.Member(low, .integer(least))] : [])
      + (most.map { [JSONTree.Member(high, .integer($0))] } ?? [])
  }

  private static func object(_ members: KeyValuePairs<String, JSONTree>) -> JSONTree {
    .object(["type": .text("object"), "required": .texts(members.map(\.key)), "properties": .object(members)])
  }

  private static func objectOrNull(
    _ members: KeyValuePairs<String, JSONTree>, needed: [String] = []
  ) -> [JSONTree.Member] {
    orNull("object") + (needed.isEmpty ? [] : [JSONTree.Member("required", .texts(needed))]) + [
      JSONTree.Member("properties", .object(members)), JSONTree.Member("additionalProperties", .boolean(false)),
    ]
  }

  private static func either(_ forms: [JSONTree]) -> JSONTree { .object(["anyOf": .list(forms)]) }

  /// One of several forms, of these types.
  private static func eitherMember(_ forms: [JSONTree], types: [String]) -> [JSONTree.Member] {
    [JSONTree.Member("type", .texts(types)), JSONTree.Member("anyOf", .list(forms))]
  }

  private static func only(_ words: [String]) -> [JSONTree.Member] { [JSONTree.Member("enum", .texts(words))] }

  private static func ofType(_ name: String) -> JSONTree { .object(["type": .text(name)]) }
}
