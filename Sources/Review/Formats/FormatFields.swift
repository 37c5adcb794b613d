package import Files
package import Foundation

/// The fields of a record or of an object in it, read strictly: every error names the field and its place.
package struct FormatFields {
  /// Where the record stands.
  let place: FormatPlace
  /// The keys that lead to this object: `annotations.result`.
  private let path: String
  private let members: [JSONTree.Member]

  /// The fields of a record.
  init(_ record: FormatRecords.Record) throws { try self.init(record.tree, at: record.place) }

  /// The fields of a value that must be an object.
  ///
  /// - Parameters:
  ///   - tree: The value.
  ///   - place: Where its record stands.
  ///   - path: The keys that lead to it.
  /// - Throws: ``FormatError/field(_:)`` for any other value.
  package init(_ tree: JSONTree, at place: FormatPlace, path: String = "") throws {
    guard case .object(let members) = tree else {
      throw FormatError.field(
        .init(place, expected: "an object \(path.debugDescription)", got: tree.kind, fix: "Write it as {…}."))
    }
    (self.place, self.path, self.members) = (place, path, members)
  }

  /// A field's value; `nil` where it is missing or null.
  package subscript(name: String) -> JSONTree? {
    let value = JSONTree.object(members)[name]
    return value == .null ? nil : value
  }

  /// The names of all fields.
  var names: [String] { members.map(\.key) }

  /// A text that must be there.
  func text(_ name: String) throws -> String {
    guard let text = try optionalText(name) else { throw missing(name, "a text") }
    return text
  }

  /// A text; `nil` where there is none.
  package func optionalText(_ name: String) throws -> String? { try self[name].map { try text($0, name) } }

  /// An element of a list, or a member, that must be a text.
  func text(_ value: JSONTree, _ name: String) throws -> String {
    guard let text = value.string else { throw wrong(name, "a text", value) }
    return text
  }

  /// `true` or `false`; `false` where there is nothing.
  func flag(_ name: String) throws -> Bool {
    guard let value = self[name] else { return false }
    guard case .boolean(let flag) = value else { throw wrong(name, "true or false", value) }
    return flag
  }

  /// A number; `nil` where there is none.
  func number(_ name: String) throws -> Double? {
    try self[name].map { value in
      guard let number = value.number, number.isFinite else { throw wrong(name, "a number", value) }
      return number
    }
  }

  /// A time as ISO 8601 writes it; `nil` where there is none.
  package func time(_ name: String) throws -> Date? {
    try self[name].map { value in
      guard let time = value.string.flatMap(Timestamp.date) else {
        throw wrong(name, "a time like 2026-11-28T10:20:31Z", value)
      }
      return time
    }
  }

  /// A list; empty where there is none.
  func list(_ name: String) throws -> [JSONTree] {
    guard let value = self[name] else { return [] }
    guard case .list(let values) = value else { throw wrong(name, "a list", value) }
    return values
  }

  /// The objects of a list; none where there is no list.
  func objects(_ name: String) throws -> [FormatFields] {
    try list(name).map { try FormatFields($0, at: place, path: called(name)) }
  }

  /// An object; `nil` where there is none.
  func object(_ name: String) throws -> FormatFields? {
    try self[name].map { try FormatFields($0, at: place, path: called(name)) }
  }

  /// An object of texts; empty where there is none.
  package func texts(_ name: String) throws -> [String: String] {
    guard let fields = try object(name) else { return [:] }
    var texts: [ExactText: String] = [:]
    for member in fields.members { texts[ExactText(member.key)] = try fields.text(member.value, member.key) }
    let known = Dictionary(texts.map { ($0.key.text, $0.value) }) { first, _ in first }
    guard known.count == texts.count else {
      // A dictionary of Swift takes é for e with an accent after it, and would lose one of two such keys.
      throw FormatError.field(
        .init(
          place, expected: "keys of \(called(name).debugDescription) that differ by more than their composition",
          got: "two that Unicode calls equal", fix: "Rename one of them."))
    }
    return known
  }

  /// Requires that there is no other field than these: what is misspelled would be passed over without a word.
  func requireOnly(_ known: [String]) throws {
    guard let other = names.first(where: { name in !known.contains { $0.hasSameCodePoints(as: name) } }) else { return }
    let meant = known.closest(to: other).map { " Is it \($0.debugDescription)?" } ?? ""
    throw FormatError.field(
      .init(
        place, expected: "only the fields \(known.listed(closestTo: other))",
        got: called(other).printable.debugDescription, fix: "Remove or rename it.\(meant)"))
  }

  /// An error about one of the fields.
  func wrong(_ name: String, _ expected: String, _ value: JSONTree) -> FormatError {
    let got = if case .text = value { "\(value)" } else { value.kind }
    return .field(
      .init(
        place, expected: "\(expected) \(called(name).debugDescription)", got: got,
        fix: "Correct this field, or export the file again."))
  }

  /// The error for a field that is not there.
  func missing(_ name: String, _ expected: String, fix: String? = nil) -> FormatError {
    .field(
      .init(
        place, expected: "\(expected) \(called(name).debugDescription)",
        got: names.isEmpty ? "no field" : "only \(names.map(\.printable).listed)",
        fix: fix ?? "Give every record this field."))
  }

  private func called(_ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }
}
