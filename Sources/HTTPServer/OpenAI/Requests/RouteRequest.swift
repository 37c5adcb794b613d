import Files
public import Foundation

/// The body of `POST /accrete/v1/route`.
public struct RouteRequest: Sendable {
  /// None of them blank.
  public let input: [String]
  public let options: AccreteOptions
  /// What was ignored, where that is allowed.
  public let ignored: [String]

  /// Every field that is known, and what becomes of it.
  public static let fields: [RequestField] = [
    .works("input", "a text, or 1 to 256 texts"), .works("accrete", "an object: `deadline_ms`, `trace`"),
    .none("model", "only auto"), .none("user", "a text"),
  ]

  /// Reads a body.
  ///
  /// - Parameters:
  ///   - body: All of it; how large it may be is checked before.
  ///   - unknownFields: What becomes of fields that ``fields`` has not.
  /// - Throws: ``APIError`` of a status of 4xx, which names the field.
  public init(body: Data, unknownFields: UnknownFields = .refuse) throws(APIError) {
    let members = try RequestBody.members(body)
    var ignored = IgnoredFields()
    try FieldReader.check(members, by: Self.fields, unknown: unknownFields, ignored: &ignored)
    let reader = FieldReader(members)
    input = try ClassifyRequest.input(reader).texts
    if let model = reader["model"], model != .text("auto") {
      throw reader.invalid("model", expected: "auto: a request is routed to no model but by its text", model)
    }
    options = try AccreteOptions(reader, names: AccreteOptions.Name.ofRoute, unknown: unknownFields, ignored: &ignored)
    _ = try reader.text("user", bytes: 0...AccreteOptions.longestText)
    self.ignored = ignored.list
  }
}
