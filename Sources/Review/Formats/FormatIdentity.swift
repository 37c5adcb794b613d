import Files

/// By what an item is found again that comes back from another tool.
///
/// Most tools number their records anew and keep fields that they do not know. So the item's id travels in a field of its own, and `id` alone
/// counts only where that is missing.
enum FormatIdentity {
  /// The field with the item's id.
  static let id = "accrete_id"
  /// The field with the item's task.
  static let task = "accrete_task"

  /// The item's id in a record.
  ///
  /// - Parameters:
  ///   - fields: The fields among which it stands.
  ///   - own: The tool's own field for it; `nil`: its numbers are not ours.
  /// - Throws: ``FormatError/field(_:)`` where there is none.
  static func id(in fields: FormatFields, own: String? = "id") throws -> String {
    if let id = try fields.optionalText(Self.id) { return id }
    guard let own, let value = fields[own] else {
      throw fields.missing(
        Self.id, "the item's id as",
        fix: "Export with the fields that came with the item: without its id nobody can say what the label belongs to.")
    }
    // Other tools read an id of digits as a number.
    return try value.integer.map(String.init) ?? fields.text(value, own)
  }
}
