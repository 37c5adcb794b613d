package import Files
import Foundation
package import GRDB

/// One write: it changes rows, and keeps for the audit what they became.
///
/// The audit holds every row as it was written, so that a check can say of each whether it still is what it was made.
package struct Ledger {
  package let database: Database
  /// Seconds since 1970.
  package let at: Int
  /// Who writes.
  package let actor: String
  private var changes: [JSONTree] = []

  init(_ database: Database, at: Int, actor: String) {
    self.database = database
    self.at = at
    self.actor = actor
  }

  /// Writes a row that is not there yet.
  package mutating func insert(_ table: any AuditedTable, _ values: [String: (any DatabaseValueConvertible)?]) throws {
    let columns = values.keys.sorted()
    let marks = Array(repeating: "?", count: columns.count).joined(separator: ", ")
    try execute(
      "INSERT INTO \(table.rawValue)(\(columns.joined(separator: ", "))) VALUES(\(marks))",
      columns.map { values[$0] ?? nil })
    try keep(table, values)
  }

  /// Changes columns of the row that the key names.
  package mutating func update(
    _ table: any AuditedTable, _ values: [String: (any DatabaseValueConvertible)?],
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

  private mutating func keep(_ table: any AuditedTable, _ values: [String: (any DatabaseValueConvertible)?]) throws {
    let names = table.key
    let sql = "SELECT * FROM \(table.rawValue) WHERE \(names.map { "\($0) = ?" }.joined(separator: " AND "))"
    let arguments = StatementArguments(names.map { values[$0] ?? nil })
    guard let row = try Row.fetchOne(try database.cachedStatement(sql: sql), arguments: arguments) else {
      throw AuditedDatabaseError.failed(path: table.rawValue, reason: "a row that was written is not there")
    }
    changes.append(.list([.text(Array(table.rawValue.utf8)), StoredRow.tree(row)]))
  }

  /// Writes an audit entry with the changes since the last one.
  ///
  /// - Parameter action: What was done: `register`, `publish`.
  /// - Parameter subject: With what: `spam@2`, `release 7`.
  /// - Parameter facts: What else is worth knowing.
  package mutating func record(_ action: String, _ subject: String, _ facts: [String: JSONTree] = [:]) throws {
    let members = [JSONTree.Member("changes", .list(changes))] + facts.map { JSONTree.Member($0.key, $0.value) }
    changes = []
    let head = try Audit.head(database)
    let entry = Audit.Entry(
      sequence: try next(head?.sequence ?? 0), at: at, actor: actor, action: action, subject: subject,
      detail: String(decoding: CanonicalJSON.data(.object(members)), as: UTF8.self))
    let previous = head?.hash.bytes ?? Audit.beginning
    try execute(
      "INSERT INTO audit(seq, at, actor, action, subject, detail, prev, hash) VALUES(?, ?, ?, ?, ?, ?, ?, ?)",
      [
        entry.sequence, entry.at, entry.actor, entry.action, entry.subject, entry.detail, previous,
        try entry.hash(after: previous).bytes,
      ])
  }

  /// A damaged file decides how large a number is.
  private func next(_ sequence: Int) throws -> Int {
    let (next, overflow) = sequence.addingReportingOverflow(1)
    guard !overflow else { throw StoredValueError(reason: "a number is too large") }
    return next
  }

  /// Requires that no change is without its audit entry.
  package func requireComplete() throws {
    guard changes.isEmpty else { throw AuditedDatabaseError.failed(path: "audit", reason: "a change without an entry") }
  }
}
