package import Files
import Foundation
package import GRDB

/// A row as the audit holds it.
package enum StoredRow {
  /// An object of all columns; bytes as hexadecimal digits.
  package static func tree(_ row: Row) -> JSONTree {
    .object(row.map { JSONTree.Member(name: Array($0.0.utf8), value: tree($0.1)) })
  }

  package static func tree(_ value: DatabaseValue) -> JSONTree {
    switch value.storage {
    case .null: .null
    case .int64(let number): .integer(Int(number))
    case .double(let number): .number(number)
    case .string(let text): .text(Array(text.utf8))
    case .blob(let data): .text(Array(data.withUnsafeBytes { Hexadecimal.text($0) }.utf8))
    }
  }
}
