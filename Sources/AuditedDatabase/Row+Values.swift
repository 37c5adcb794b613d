package import Files
package import Foundation
package import GRDB

/// A stored value that is not what it should be. ``AuditedDatabase`` reports it as damage, with the file's path.
package struct StoredValueError: Error {
  /// What is wrong.
  package let reason: String

  /// - Parameter reason: What is wrong.
  package init(reason: String) { self.reason = reason }
}

// A subscript of GRDB ends the process where a column is not what was expected; a damaged file decides what is in one.

extension Row {
  /// The value of a column that is never NULL.
  /// - Throws: An error that ``AuditedDatabase`` reports as damage.
  package func value<Value: DatabaseValueConvertible & StatementColumnConvertible>(_ column: Int) throws -> Value {
    try decode(Value.self, atIndex: column)
  }

  /// The value of a column that may be NULL.
  package func optional<Value: DatabaseValueConvertible & StatementColumnConvertible>(_ column: Int) throws -> Value? {
    hasNull(atIndex: column) ? nil : try decode(Value.self, atIndex: column)
  }

  /// A digest.
  package func digest(_ column: Int) throws -> Digest {
    guard let digest = Digest(bytes: try decode(Data.self, atIndex: column)) else {
      throw StoredValueError(reason: "a digest of another length than 32 bytes")
    }
    return digest
  }

  package func optionalDigest(_ column: Int) throws -> Digest? { hasNull(atIndex: column) ? nil : try digest(column) }

  /// A word of a list.
  package func word<Word: RawRepresentable>(_ column: Int, _ type: Word.Type) throws -> Word where Word.RawValue == String {
    let text: String = try value(column)
    guard let word = Word(rawValue: text) else {
      throw StoredValueError(reason: "\(text.debugDescription) is not \(type)")
    }
    return word
  }

  package func date(_ column: Int) throws -> Date { Date(timeIntervalSince1970: try value(column)) }
}
