import Files

extension JSONTree {
  /// An object of those members that have a value, in this order.
  static func answer(_ members: KeyValuePairs<String, JSONTree?>) -> JSONTree {
    .object(members.compactMap { member in member.value.map { JSONTree.Member(member.key, $0) } })
  }

  /// A number as short as it can be, whole ones without a point; `null` for what JSON has not.
  static func shortest(_ number: Double) -> JSONTree {
    guard number.isFinite else { return .null }
    return Int(exactly: number).map { .integer($0) } ?? .number(number)
  }

  /// The same of 32 bits: the decimal digits that tell it from its neighbours, not those of the same number in 64 bits.
  static func shortest(_ number: Float) -> JSONTree { shortest(Double("\(number)") ?? Double(number)) }

  /// The value, or `null`.
  static func orNull(_ value: JSONTree?) -> JSONTree { value ?? .null }

  static func texts(_ texts: [String]) -> JSONTree { .list(texts.map { .text($0) }) }
}
