import Files

/// What `type` names.
enum SchemaType: String, CaseIterable {
  case object, array, string, number, integer, boolean, null

  /// What may stand beside the type.
  var keywords: [String] {
    switch self {
    case .object: ["properties", "required", "additionalProperties"]
    case .array: ["items", "minItems", "maxItems"]
    case .string: ["minLength", "maxLength"]
    case .number, .integer: ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"]
    case .boolean, .null: []
    }
  }

  /// Whether a value is of the type.
  func has(_ value: JSONTree) -> Bool {
    switch (self, value) {
    case (.object, .object), (.array, .list), (.string, .text), (.boolean, .boolean), (.null, .null): true
    case (.number, .integer), (.number, .number): true
    case (.integer, .integer), (.integer, .number): value.integer != nil
    default: false
    }
  }

  /// The value as it is written: whole numbers without a point.
  /// - Throws: ``ConstraintError`` for a number that may have had more digits than were kept, and for a key that stands twice.
  static func plain(_ value: JSONTree, at place: SchemaPlace) throws -> JSONTree {
    switch value {
    case .number(let number):
      if let whole = value.integer { return .integer(whole) }
      guard number.isFinite, number.magnitude < 0x1p63 else {
        throw place.invalid("a number below 2^63: larger ones are not held digit by digit", got: value)
      }
      return value
    case .list(let values): return .list(try values.enumerated().map { try plain($1, at: place["\($0)"]) })
    case .object:
      let members = try SchemaKeywords(value, at: place).all
      return .object(try members.map { JSONTree.Member($0.name, try plain($0.value, at: place[$0.name])) })
    case .null, .boolean, .integer, .text: return value
    }
  }
}
