import Files
import Foundation

/// The fields of one object of a request, checked as they are read. `null` is a field that is not there, as clients write it.
struct FieldReader {
  private let values: [ExactText: JSONTree]
  /// Where the object stands; empty: at the top.
  private let path: String

  /// - Parameters:
  ///   - members: Each name once.
  ///   - path: Where the object stands.
  init(_ members: [JSONTree.Member], at path: String = "") {
    values = members.reduce(into: [:]) { values, member in
      if case .null = member.value { return }
      values[ExactText(member.key)] = member.value
    }
    self.path = path
  }

  /// What a client calls a field: `stream_options.include_usage`.
  func name(_ field: String) -> String { path.isEmpty ? field : "\(path).\(field)" }

  subscript(field: String) -> JSONTree? { values[ExactText(field)] }

  /// The error for a value that its field does not take.
  func invalid(_ field: String, expected: String, _ value: JSONTree?, fix: String = "Correct it, or leave it out.")
    -> APIError
  {
    Self.invalid(name(field), expected: expected, value, fix: fix)
  }

  static func invalid(
    _ name: String, expected: String, _ value: JSONTree?, fix: String = "Correct it, or leave it out."
  ) -> APIError {
    APIError(
      .invalidValue, "`\(name)`: expected \(expected), got \(value.map(shown) ?? "nothing"). \(fix)", param: name)
  }

  /// A value in a message.
  static func shown(_ value: JSONTree) -> String {
    switch value {
    case .null: "null"
    case .boolean(let value): "\(value)"
    case .integer(let value): "\(value)"
    case .number(let value): "\(value)"
    case .text(let bytes): SafeText.quoted(String(decoding: bytes, as: UTF8.self))
    case .list(let values): "a list of \(values.count)"
    case .object(let members): "an object of \(members.count) keys"
    }
  }

  /// Checks the object against a table of fields.
  ///
  /// - Parameters:
  ///   - members: The object.
  ///   - fields: What there is.
  ///   - path: Where the object stands.
  ///   - unknown: What becomes of others.
  ///   - ignored: Takes the names of others.
  static func check(
    _ members: [JSONTree.Member], by fields: [RequestField], at path: String = "", unknown: UnknownFields,
    ignored: inout IgnoredFields
  ) throws(APIError) {
    let table = Dictionary(fields.map { (ExactText($0.name), $0) }, uniquingKeysWith: { first, _ in first })
    for member in members {
      let shown = SafeText.beginning(member.key)
      let name = path.isEmpty ? shown : "\(path).\(shown)"
      guard let field = table[ExactText(member.key)] else {
        guard unknown == .refuse else {
          ignored.add(name)
          continue
        }
        throw APIError(
          .unknownParameter,
          "`\(name)`: there is no such field. \(advice(member, among: fields, isOfRequest: path.isEmpty))",
          param: name)
      }
      if field.effect == .refused, !asksNothing(member.value) {
        throw APIError(.unsupportedParameter, "`\(name)`: \(field.rule)", param: name)
      }
    }
  }

  /// What to do about a field that is not there.
  private static func advice(_ member: JSONTree.Member, among fields: [RequestField], isOfRequest: Bool) -> String {
    // Of a long name nothing is meant.
    guard member.name.count <= SafeText.mostQuoted else { return "Leave it out." }
    // What another server calls so comes first: a name that is spelled like it may be of something else.
    if isOfRequest, let hint = FieldHints.hint(for: member.key) { return hint }
    let closest = fields.filter { $0.effect != .refused }.map(\.name).closest(to: member.key)
    return closest.map { "Is `\($0)` meant? If not, leave it out." } ?? "Leave it out."
  }

  /// What a client writes where it does not use a field.
  private static func asksNothing(_ value: JSONTree) -> Bool {
    switch value {
    case .null: true
    case .list(let values): values.isEmpty
    default: false
    }
  }

  func boolean(_ field: String) throws(APIError) -> Bool? {
    guard let value = self[field] else { return nil }
    guard case .boolean(let answer) = value else { throw invalid(field, expected: "true or false", value) }
    return answer
  }

  func integer(_ field: String, _ range: ClosedRange<Int>) throws(APIError) -> Int? {
    guard let value = self[field] else { return nil }
    guard let number = value.integer, range.contains(number) else {
      throw invalid(field, expected: "a whole number, \(range.lowerBound) to \(range.upperBound)", value)
    }
    return number
  }

  /// - Parameters:
  ///   - field: The name.
  ///   - range: What it may be.
  ///   - isOpen: Whether the lower bound itself is not allowed.
  func number(_ field: String, _ range: ClosedRange<Double>, isOpen: Bool = false) throws(APIError) -> Double? {
    guard let value = self[field] else { return nil }
    guard let number = value.number, range.contains(number), !(isOpen && number == range.lowerBound) else {
      throw invalid(
        field, expected: "a number, \(isOpen ? "above " : "")\(short(range.lowerBound)) to \(short(range.upperBound))",
        value)
    }
    // No negative zero: what is compared with 0 is 0.
    return number == 0 ? 0 : number
  }

  private func short(_ number: Double) -> String { Int(exactly: number).map { "\($0)" } ?? "\(number)" }

  func text(_ field: String, bytes: ClosedRange<Int>) throws(APIError) -> String? {
    guard let value = self[field] else { return nil }
    guard case .text(let text) = value else { throw invalid(field, expected: "a text", value) }
    guard bytes.contains(text.count) else {
      throw invalid(
        field, expected: "a text of \(bytes.lowerBound) to \(bytes.upperBound) bytes", value,
        fix: "It has \(text.count).")
    }
    return String(decoding: text, as: UTF8.self)
  }

  func list(_ field: String, expected: String) throws(APIError) -> [JSONTree]? {
    guard let value = self[field] else { return nil }
    guard case .list(let values) = value else { throw invalid(field, expected: expected, value) }
    return values
  }

  /// A list of texts.
  func texts(
    _ field: String, count: ClosedRange<Int>, bytes: ClosedRange<Int>
  ) throws(APIError) -> [String]? {
    let expected = "a list of \(count.lowerBound) to \(count.upperBound) texts"
    guard let values = try list(field, expected: expected) else { return nil }
    guard count.contains(values.count) else { throw invalid(field, expected: expected, self[field]) }
    var texts: [String] = []
    for (index, value) in values.enumerated() {
      guard case .text(let text) = value, bytes.contains(text.count) else {
        throw invalid(
          "\(field)[\(index)]", expected: "a text of \(bytes.lowerBound) to \(bytes.upperBound) bytes", value)
      }
      texts.append(String(decoding: text, as: UTF8.self))
    }
    return texts
  }

  /// Each text once, in their order.
  func distinctTexts(
    _ field: String, count: ClosedRange<Int>, bytes: ClosedRange<Int>
  ) throws(APIError) -> [String]? {
    guard let texts = try texts(field, count: count, bytes: bytes) else { return nil }
    var seen: Set<ExactText> = []
    for (index, text) in texts.enumerated() where !seen.insert(ExactText(text)).inserted {
      throw invalid("\(field)[\(index)]", expected: "each text once", .text(text))
    }
    return texts
  }

  func object(_ field: String) throws(APIError) -> [JSONTree.Member]? {
    guard let value = self[field] else { return nil }
    guard case .object(let members) = value else { throw invalid(field, expected: "an object", value) }
    return members
  }
}
