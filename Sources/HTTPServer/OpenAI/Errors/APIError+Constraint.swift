import Files
import Generation

extension APIError {
  /// Why a text cannot be held to what was asked for, with the field that says so: `response_format.json_schema.schema.properties.a.format`.
  init(_ error: ConstraintError, of format: OutputFormat) {
    self.init(
      .unsupportedParameter, error.description,
      param: error.pointer.map { Self.path($0, in: format.field) } ?? format.field)
  }

  /// A JSON pointer as a path of fields, with the places of lists in brackets as everywhere.
  private static func path(_ pointer: String, in field: String) -> String {
    let parts = pointer.split(separator: "/").dropFirst().map {
      String($0).replacing("~1", with: "/").replacing("~0", with: "~")
    }
    var before = ""
    return parts.reduce(into: field) { path, part in
      let isPlace =
        lists.contains { $0.hasSameCodePoints(as: before) } && part.utf8.allSatisfy { (0x30...0x39).contains($0) }
      path += isPlace ? "[\(part)]" : ".\(part)"
      before = part
    }
  }

  /// Keywords of schemas whose values are lists.
  private static let lists = ["anyOf", "allOf", "enum", "required", "type"]
}
