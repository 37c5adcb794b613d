import Files
import Foundation
import GRDB

// A subscript of GRDB ends the process where a column is not what was expected; a damaged file decides what is in one.

extension Row {
  /// The value of a column that is never NULL.
  /// - Throws: An error that ``RegistryDatabase`` reports as damage.
  func value<Value: DatabaseValueConvertible & StatementColumnConvertible>(_ column: Int) throws -> Value {
    try decode(Value.self, atIndex: column)
  }

  /// The value of a column that may be NULL.
  func optional<Value: DatabaseValueConvertible & StatementColumnConvertible>(_ column: Int) throws -> Value? {
    hasNull(atIndex: column) ? nil : try decode(Value.self, atIndex: column)
  }

  /// A digest.
  func digest(_ column: Int) throws -> Digest {
    guard let digest = Digest(bytes: try decode(Data.self, atIndex: column)) else {
      throw RegistryError.damaged(path: RegistryFolder.database, reason: "a digest of another length than 32 bytes")
    }
    return digest
  }

  func optionalDigest(_ column: Int) throws -> Digest? { hasNull(atIndex: column) ? nil : try digest(column) }

  /// A word of a list.
  func word<Word: RawRepresentable>(_ column: Int, _ type: Word.Type) throws -> Word where Word.RawValue == String {
    let text: String = try value(column)
    guard let word = Word(rawValue: text) else {
      throw RegistryError.damaged(path: RegistryFolder.database, reason: "\(text.debugDescription) is not \(type)")
    }
    return word
  }

  func date(_ column: Int) throws -> Date { Date(timeIntervalSince1970: try value(column)) }
}

/// Sums of stored numbers: a damaged file decides how large these are.
enum StoredNumbers {
  /// - Parameter path: Where the numbers are from, for the message.
  /// - Throws: ``RegistryError/damaged(path:reason:)`` where the sum is too large.
  static func sum(_ numbers: [Int], in path: String = RegistryFolder.database) throws -> Int {
    try numbers.reduce(0) { sum, number in
      let (result, overflow) = sum.addingReportingOverflow(number)
      guard !overflow else { throw RegistryError.damaged(path: path, reason: "a number is too large") }
      return result
    }
  }
}
