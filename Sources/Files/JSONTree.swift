public import Foundation

/// JSON of any form, with strings as the UTF-8 they stand for and members in the file's order.
///
/// `JSONDecoder` makes `String` keys, of which canonically equivalent ones are one: of "Å" (U+00C5) and "Å" (U+212B), both
/// tokens of real vocabularies, it keeps one. It also takes seconds for a file of some hundred thousand strings.
public enum JSONTree: Sendable, Equatable {
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
  }

  /// Parses a whole JSON text.
  ///
  /// - Parameters:
  ///   - data: UTF-8 of at most ``JSONFile/sizeLimit`` bytes.
  ///   - path: where it came from, for errors.
  /// - Throws: ``FileError/malformedJSON(path:reason:)`` with the place of the byte, ``FileError/tooLarge(path:bytes:limit:)``.
  public init(parsing data: Data, path: String) throws {
    guard data.count <= JSONFile.sizeLimit else {
      throw FileError.tooLarge(path: path, bytes: data.count, limit: JSONFile.sizeLimit)
    }
    let bytes = [UInt8](data)
    do {
      if let place = UTF8Text.firstInvalidByte(in: bytes) { throw JSONParser.Failure(place: place, reason: "no UTF-8") }
      self = try bytes.withUnsafeBufferPointer { buffer in
        var parser = JSONParser(buffer)
        return try parser.whole()
      }
    } catch let failure as JSONParser.Failure {
      throw FileError.malformedJSON(path: path, reason: "byte \(failure.place): \(failure.reason)")
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
