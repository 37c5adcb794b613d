import Files
import Foundation
import GRDB

/// One write: it changes rows, and keeps for the audit what they became.
///
/// The audit holds every row as it was written, so that ``Registry/verify(progress:)`` can say of each whether it still is what it was made.
struct Ledger {
  let database: Database
  /// Seconds since 1970.
  let at: Int
  let actor: String
  private var changes: [JSONTree] = []

  init(_ database: Database, at: Int, actor: String) {
    self.database = database
    self.at = at
    self.actor = actor
  }

  /// Writes a row that is not there yet.
  mutating func insert(_ table: Table, _ values: [String: (any DatabaseValueConvertible)?]) throws {
    let columns = values.keys.sorted()
    let marks = Array(repeating: "?", count: columns.count).joined(separator: ", ")
    try execute(
      "INSERT INTO \(table.rawValue)(\(columns.joined(separator: ", "))) VALUES(\(marks))",
      columns.map { values[$0] ?? nil })
    try keep(table, values)
  }

  /// Changes columns of the row that the key names.
  mutating func update(
    _ table: Table, _ values: [String: (any DatabaseValueConvertible)?],
    where key: [String: any DatabaseValueConvertible]
  ) throws {
    let columns = values.keys.sorted()
    let names = table.key
    try execute(
      "UPDATE \(table.rawValue) SET \(columns.map { "\($0) = ?" }.joined(separator: ", "))"
        + " WHERE \(names.map { "\($0) = ?" }.joined(separator: " AND "))",
      columns.map { values[$0] ?? nil } + names.map { key[$0] })
    try keep(table, key)
  }

  private func execute(_ sql: String, _ values: [(any DatabaseValueConvertible)?]) throws {
    try database.cachedStatement(sql: sql).execute(arguments: StatementArguments(values))
  }

  private mutating func keep(_ table: Table, _ values: [String: (any DatabaseValueConvertible)?]) throws {
    let names = table.key
    let sql = "SELECT * FROM \(table.rawValue) WHERE \(names.map { "\($0) = ?" }.joined(separator: " AND "))"
    let arguments = StatementArguments(names.map { values[$0] ?? nil })
    guard let row = try Row.fetchOne(try database.cachedStatement(sql: sql), arguments: arguments) else {
      throw RegistryError.database(path: table.rawValue, reason: "a row that was written is not there")
    }
    changes.append(.list([.text(Array(table.rawValue.utf8)), StoredRow.tree(row)]))
  }

  /// Writes an audit entry with the changes since the last one.
  ///
  /// - Parameter action: What was done: `register`, `publish`.
  /// - Parameter subject: With what: `spam@2`, `release 7`.
  /// - Parameter facts: What else is worth knowing.
  mutating func record(_ action: String, _ subject: String, _ facts: [String: JSONTree] = [:]) throws {
    let members = [JSONTree.Member("changes", .list(changes))] + facts.map { JSONTree.Member($0.key, $0.value) }
    changes = []
    let head = try Audit.head(database)
    let entry = Audit.Entry(
      sequence: try StoredNumbers.sum([head?.sequence ?? 0, 1]), at: at, actor: actor, action: action, subject: subject,
      detail: String(decoding: CanonicalJSON.data(.object(members)), as: UTF8.self))
    let previous = head?.hash.bytes ?? Audit.beginning
    try execute(
      "INSERT INTO audit(seq, at, actor, action, subject, detail, prev, hash) VALUES(?, ?, ?, ?, ?, ?, ?, ?)",
      [
        entry.sequence, entry.at, entry.actor, entry.action, entry.subject, entry.detail, previous,
        try entry.hash(after: previous).bytes,
      ])
  }

  /// Requires that no change is without its audit entry.
  func requireComplete() throws {
    guard changes.isEmpty else { throw RegistryError.database(path: "audit", reason: "a change without an entry") }
  }
}

/// A row as the audit holds it.
enum StoredRow {
  /// An object of all columns; bytes as hexadecimal digits.
  static func tree(_ row: Row) -> JSONTree {
    .object(row.map { JSONTree.Member(name: Array($0.0.utf8), value: tree($0.1)) })
  }

  static func tree(_ value: DatabaseValue) -> JSONTree {
    switch value.storage {
    case .null: .null
    case .int64(let number): .integer(Int(number))
    case .double(let number): .number(number)
    case .string(let text): .text(Array(text.utf8))
    case .blob(let data): .text(Array(data.withUnsafeBytes { Hexadecimal.text($0) }.utf8))
    }
  }
}
