import Files

/// Rows of the tables of fields that several requests have.
enum RequestFields {
  static let sampling: [RequestField] = [
    .works("temperature", "a number, 0 (the most probable token, of equals the lowest id) to 2; default 1"),
    .works("top_p", "a number above 0, up to 1; default 1"),
    .works("top_k", "a whole number; 0 or -1, the default: all"),
    .works("min_p", "a number, 0 to 1; default 0"),
    .works("repetition_penalty", "a number, 0.01 to 100; default 1"),
    .works("presence_penalty", "a number, -2 to 2; default 0"),
    .works("frequency_penalty", "a number, -2 to 2; default 0"),
    .works("logit_bias", "an object of at most 300 ids of tokens with a number each, -100 to 100"),
    .works("n", "a whole number, 1 to 8; default 1"),
    .works("seed", "a whole number of 64 bits"),
    .works("stop", "a text, or a list of at most 4, of 1 to 256 bytes each"),
    .works("ignore_eos", "true or false; default false"),
    .works("stream", "true or false; default false"),
    .works(
      "stream_options", "an object, with `stream`: `include_usage`, true or false; `include_obfuscation`, only false"),
    .works("response_format", "an object: `type` is text, json_object or json_schema"),
    .works(
      "structured_outputs", "an object: `choice`, a list of 1 to 256 texts of 1 to 1024 bytes, or `json`, a JSON schema"
    ),
    .works("accrete", "an object of our own options"),
  ]

  static let withoutEffect: [RequestField] = [
    .none("user", "a text"),
    .none("safety_identifier", "a text"),
    .none(
      "metadata",
      "an object of at most 16 texts of at most 512 bytes, under names of at most 64 bytes; kept in the trace"),
    .none("store", "only false: nothing is stored"),
    .none("service_tier", "auto or default"),
    .none(
      "prompt_cache_key", "a text; beginnings of prompts are kept for one key of the API, see `accrete.cache_salt`"),
    .none("prompt_cache_retention", "a text"),
    .none("prompt_cache_options", "an object: when to keep the beginning of a prompt is not a request's to say here"),
  ]

  static let refused: [RequestField] = [
    .refused(
      "moderation", "not served yet. Leave it out; the answer of a task with labels is its decision.")
  ]

  /// Reads what has no effect, so that what is wrong is said.
  ///
  /// - Returns: What goes into the trace.
  static func checkWithoutEffect(_ reader: FieldReader) throws(APIError) -> [(name: String, value: String)] {
    for field in ["user", "safety_identifier", "prompt_cache_key", "prompt_cache_retention"] {
      _ = try reader.text(field, bytes: 0...longestName)
    }
    _ = try reader.object("prompt_cache_options")
    if try reader.boolean("store") == true {
      throw APIError(.unsupportedParameter, "`store`: nothing is stored here. Leave it out.", param: "store")
    }
    if let tier = try reader.text("service_tier", bytes: 0...longestName),
      !["auto", "default"].contains(where: { $0.hasSameCodePoints(as: tier) })
    {
      throw APIError(
        .unsupportedParameter,
        "`service_tier`: expected auto or default, got \(SafeText.quoted(tier)). There are no tiers here; leave it out.",
        param: "service_tier")
    }
    return try metadata(reader)
  }

  static let longestName = 1_024
  static let (mostMetadata, longestMetadata, longestMetadataName) = (16, 512, 64)

  private static func metadata(_ reader: FieldReader) throws(APIError) -> [(name: String, value: String)] {
    guard let members = try reader.object("metadata") else { return [] }
    guard members.count <= mostMetadata else {
      throw reader.invalid("metadata", expected: "at most \(mostMetadata) texts", reader["metadata"])
    }
    var pairs: [(name: String, value: String)] = []
    for member in members {
      let field = "metadata.\(SafeText.beginning(member.key))"
      guard (1...longestMetadataName).contains(member.name.count) else {
        throw reader.invalid(field, expected: "a name of 1 to \(longestMetadataName) bytes", .text(member.name))
      }
      guard case .text(let text) = member.value, text.count <= longestMetadata else {
        throw reader.invalid(field, expected: "a text of at most \(longestMetadata) bytes", member.value)
      }
      pairs.append((member.key, String(decoding: text, as: UTF8.self)))
    }
    return pairs
  }
}
