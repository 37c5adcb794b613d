public import Foundation

/// JSON of any form, with strings as the UTF-8 they stand for, members in the file's order, and whole numbers exactly. It is what JSON is
/// read as wherever others decide on its keys; files of a known form are `Codable` and go through ``JSONFile``.
///
/// `JSONDecoder` makes `String` keys, of which canonically equivalent ones are one: of "Å" (U+00C5) and "Å" (U+212B), both
/// tokens of real vocabularies, it keeps one. It also takes seconds for a file of some hundred thousand strings.
public enum JSONTree: Sendable {
  case null
  case boolean(Bool)
  /// A number written as a whole one that `Int` holds.
  case integer(Int)
  case number(Double)
  case text([UInt8])
  case list([JSONTree])
  case object([Member])

  /// One member of an object.
  public struct Member: Sendable, Equatable {
    /// The key's UTF-8.
    public let name: [UInt8]
    /// What stands behind it.
    public let value: JSONTree

    public init(name: [UInt8], value: JSONTree) { (self.name, self.value) = (name, value) }
  }

  /// What is asked of a text beyond being JSON.
  public struct Rules: Sendable {
    /// Whether a whole number that `Int` does not hold is an error; otherwise it is a ``JSONTree/number(_:)``.
    public var wholeNumbersFit: Bool
    /// Whether a key that stands twice in one object is an error; otherwise both members are there.
    public var keysAreUnique: Bool

    public init(wholeNumbersFit: Bool = false, keysAreUnique: Bool = false) {
      self.wholeNumbersFit = wholeNumbersFit
      self.keysAreUnique = keysAreUnique
    }
  }

  /// What is wrong with a text, and at which byte.
  public struct Failure: AccreteError, Sendable {
    public let position: Int
    public let reason: String
    /// The key in whose value it is, with those around it: `a.b`.
    public var key: String?

    /// The position, the key and the reason.
    public var text: String { "byte \(position)\(key.map { " (in `\($0)`)" } ?? ""): \(reason)" }

    public var category: ErrorCategory { .data }
    public var description: String { text.onOneLine }
  }

  /// Parses a whole JSON text.
  ///
  /// - Parameters:
  ///   - data: UTF-8.
  ///   - rules: What else is asked of it.
  /// - Throws: ``Failure``.
  public init(_ data: Data, rules: Rules = Rules()) throws {
    self = try data.withUnsafeBytes { try JSONParser.whole($0, rules: rules) { try $0.value() } }
  }

  /// Parses the JSON of a file.
  ///
  /// - Parameters:
  ///   - data: UTF-8 of at most ``JSONFile/sizeLimit`` bytes.
  ///   - path: Where it came from, for errors.
  ///   - rules: What else is asked of it.
  /// - Throws: ``FileError/malformedJSON(path:reason:)`` with the position of the byte, ``FileError/tooLarge(path:bytes:limit:)``.
  public init(parsing data: Data, path: String, rules: Rules = Rules()) throws {
    guard data.count <= JSONFile.sizeLimit else {
      throw FileError.tooLarge(path: path, bytes: data.count, limit: JSONFile.sizeLimit)
    }
    do {
      try self.init(data, rules: rules)
    } catch let failure as Failure {
      throw FileError.malformedJSON(path: path, reason: failure.text)
    }
  }

  /// What a value is, for messages.
  public var kind: String {
    switch self {
    case .null: "null"
    case .boolean: "true or false"
    case .integer(let value): "the number \(value)"
    case .number(let value): "the number \(value)"
    case .text: "a string"
    case .list: "a list"
    case .object: "an object"
    }
  }
}
