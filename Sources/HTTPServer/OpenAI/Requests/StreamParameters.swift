import Files

/// Whether the answer comes in pieces, and what they say.
public struct StreamParameters: Sendable, Equatable {
  /// Whether it does.
  public var isAsked = false
  /// Whether what it took is told, in a piece before the end.
  public var includesUsage = false

  /// All at once.
  public init() {}

  private static let fields: [RequestField] = [
    .works("include_usage", "true or false"), .none("include_obfuscation", "only false"),
  ]

  init(_ reader: FieldReader, unknown: UnknownFields, ignored: inout IgnoredFields) throws(APIError) {
    isAsked = try reader.boolean("stream") ?? false
    guard let members = try reader.object("stream_options") else { return }
    guard isAsked else {
      throw reader.invalid(
        "stream_options", expected: "nothing without `stream`: true", reader["stream_options"],
        fix: "Set `stream`, or leave it out.")
    }
    try FieldReader.check(members, by: Self.fields, at: "stream_options", unknown: unknown, ignored: &ignored)
    let options = FieldReader(members, at: "stream_options")
    includesUsage = try options.boolean("include_usage") ?? false
    if try options.boolean("include_obfuscation") == true {
      throw APIError(
        .unsupportedParameter, "`stream_options.include_obfuscation`: pieces are not padded here. Set it to false.",
        param: "stream_options.include_obfuscation")
    }
  }
}
