import AuditedDatabase
import Files
import Foundation
import GRDB

/// Compares every row with what the audit says was written last.
enum AuditReplay {
  /// - Returns: What is wrong, and how many rows there are.
  static func problems(_ database: Database) throws -> (problems: [String], count: Int) {
    var problems: [String] = []
    var expected: [Table: [Data: JSONTree]] = [:]
    try Audit.forEach(database) { entry, _, _ in
      guard let changes = Self.changes(entry.detail) else {
        problems.append("audit entry \(entry.sequence) does not say what changed")
        return
      }
      for (table, row) in changes { expected[table, default: [:]][key(row, table)] = row }
    }
    var count = 0
    for table in Table.allCases {
      var rest = expected[table] ?? [:]
      let rows = try Row.fetchCursor(database, sql: "SELECT * FROM \(table.rawValue)")
      while let row = try rows.next() {
        count += 1
        let found = StoredRow.tree(row)
        let key = key(found, table)
        guard let written = rest.removeValue(forKey: key) else {
          problems.append("\(name(table, key)): no audit entry has written it")
          continue
        }
        if let column = difference(written, found) {
          problems.append("\(name(table, key)): `\(column)` is not what was written")
        }
      }
      problems += rest.keys.map { "\(name(table, $0)): is missing" }.sorted()
    }
    return (problems, count)
  }

  /// The rows that an entry says were written.
  static func changes(_ detail: String) -> [(Table, JSONTree)]? {
    guard case .object(let members)? = try? JSONTree(Data(detail.utf8)),
      case .list(let list)? = members.first(where: { $0.name.elementsEqual("changes".utf8) })?.value
    else { return nil }
    var changes: [(Table, JSONTree)] = []
    for case .list(let pair) in list {
      guard pair.count == 2, case .text(let name) = pair[0],
        let table = Table(rawValue: String(decoding: name, as: UTF8.self)), case .object = pair[1]
      else { return nil }
      changes.append((table, pair[1]))
    }
    return changes
  }

  /// The values of a row's primary key, as bytes that nothing but equal values share.
  private static func key(_ row: JSONTree, _ table: Table) -> Data {
    CanonicalJSON.data(.list(table.key.map { value(row, $0) ?? .null }))
  }

  private static func name(_ table: Table, _ key: Data) -> String {
    "\(table.rawValue) \(String(String(decoding: key, as: UTF8.self).prefix(120)))"
  }

  private static func value(_ row: JSONTree, _ column: String) -> JSONTree? {
    guard case .object(let members) = row else { return nil }
    return members.first { $0.name.elementsEqual(column.utf8) }?.value
  }

  /// The first column that differs; a column that a later schema has added is NULL in older rows.
  private static func difference(_ written: JSONTree, _ found: JSONTree) -> String? {
    guard case .object(let members) = found else { return "?" }
    return members.first { member in
      let name = String(decoding: member.name, as: UTF8.self)
      return CanonicalJSON.data(value(written, name) ?? .null) != CanonicalJSON.data(member.value)
    }.map { String(decoding: $0.name, as: UTF8.self) }
  }
}
