import Files
import Foundation

/// The fields of one row of a file, by name.
struct RowFields {
  /// A value of a field, as far as rows have use for it.
  private enum Value: Decodable {
    case string(String)
    case integer(Int)
    case other(String)

    init(_ tree: JSONTree) {
      switch tree {
      case .text(let bytes): self = .string(String(decoding: bytes, as: UTF8.self))
      case .integer(let integer): self = .integer(integer)
      case .null: self = .other("null")
      case .boolean: self = .other("true or false")
      case .number: self = .other("a number")
      case .list, .object: self = .other("an array or an object")
      }
    }

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let string = try? container.decode(String.self) {
        self = .string(string)
      } else if container.decodeNil() {
        self = .other("null")
      } else if (try? container.decode(Bool.self)) != nil {
        self = .other("true or false")
      } else if let integer = try? container.decode(Int.self) {
        self = .integer(integer)
      } else if (try? container.decode(Double.self)) != nil {
        self = .other("a number")
      } else if (try? decoder.unkeyedContainer()) != nil || (try? decoder.container(keyedBy: AnyKey.self)) != nil {
        self = .other("an array or an object")
      } else {
        self = .other("a value beyond Unicode or beyond all numbers")
      }
    }
  }

  /// A key of an object of which only the existence matters.
  private enum AnyKey: CodingKey {}

  /// Where the row is.
  let place: Place
  /// The row's number in its file, counted from 0.
  let index: Int
  private let values: [ExactText: Value]

  /// Parses a row.
  ///
  /// - Throws: ``StreamError/json(_:)`` if it is no JSON object, ``StreamError/field(_:)`` if a field stands twice.
  init(_ row: RawRow, of file: SourceFile) throws {
    place = row.place
    index = row.index
    do {
      let data = Data(file.bytes[row.range])
      let decoded = try JSONDecoder().decode([String: Value].self, from: data)
      if case .object(let members)? = try? JSONTree(data) {
        values = members.reduce(into: [:]) {
          $0[ExactText(String(decoding: $1.name, as: UTF8.self))] = Value($1.value)
        }
      } else {
        // A value that is beyond Unicode is named with its field.
        values = decoded.reduce(into: [:]) { $0[ExactText($1.key)] = $1.value }
      }
    } catch DecodingError.typeMismatch, DecodingError.valueNotFound {
      throw StreamError.json(
        place.detail(
          expected: "a JSON object", got: "another JSON value", fix: "Write the row as {\"name\": \"value\", …}."))
    } catch {
      let start = String(decoding: file.bytes[row.range].prefix(60), as: UTF8.self).stripped
      throw StreamError.json(
        place.detail(
          expected: "a JSON object", got: "text that is no JSON: \(quoted(start))",
          fix: "Check quotation marks, commas and brackets of this row."))
    }
    // Parsers differ in which of two fields of one name they keep.
    guard file.fieldCount(of: row) == values.count else {
      throw StreamError.field(
        place.detail(expected: "every field once", got: "a name twice", fix: "Remove or rename one of the two."))
    }
  }

  /// The names of the row's fields in alphabetical order.
  var names: [String] { values.keys.sorted().map(\.text) }

  /// Whether the row has a field.
  func has(_ name: String) -> Bool { values[ExactText(name)] != nil }

  /// A field that must be a string with something in it.
  ///
  /// - Throws: ``StreamError/field(_:)`` if it is missing, no string, or blank.
  func text(_ name: String) throws -> String {
    switch values[ExactText(name)] {
    case .string(let string) where !string.stripped.isEmpty: return string
    case .string: throw wrong(name, got: "a blank one", fix: "Write its text, or remove the row.")
    case .integer(let integer): throw wrong(name, got: "the number \(integer)", fix: "Put it in quotation marks.")
    case .other(let kind): throw wrong(name, got: kind, fix: "Write a string.")
    case nil:
      let got = names.isEmpty ? "a row without fields" : "only \(listed(names))"
      throw wrong(name, got: got, fix: "Add the field, or correct the name of another.")
    }
  }

  /// The row's own id, a string or a whole number; `nil` if it has none.
  ///
  /// - Throws: ``StreamError/field(_:)`` if it is anything else.
  func id() throws -> String? {
    guard has("id") else { return nil }
    if case .integer(let integer) = values[ExactText("id")] { return String(integer) }
    return try text("id")
  }

  /// An error about one field of this row.
  func wrong(_ name: String, got: String, fix: String) -> StreamError {
    .field(place.detail(expected: "a string \"\(name)\"", got: got, fix: fix))
  }
}
