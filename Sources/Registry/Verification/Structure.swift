import Files
import Foundation
import GRDB

/// Whether the database is what SQLite wrote, and has the tables and triggers that it should have.
enum Structure {
  static func problems(_ database: Database) throws -> (problems: [String], fine: String) {
    var problems = try String.fetchAll(database, sql: "PRAGMA integrity_check(10)").filter { $0 != "ok" }
    let lost = try Row.fetchAll(database, sql: "PRAGMA foreign_key_check")
    if !lost.isEmpty { problems.append("\(lost.count) rows name others that are not there") }
    let (expected, found) = (try Schema.expected(), try Schema.statements(database))
    let (missing, foreign) = (Set(expected).subtracting(found), Set(found).subtracting(expected))
    func names(_ statements: Set<String>) -> String {
      statements.map { String($0.prefix { $0 != ":" }) }.sorted().listed
    }
    if !missing.isEmpty { problems.append("missing or changed: \(names(missing))") }
    if !foreign.isEmpty { problems.append("not the registry's: \(names(foreign))") }
    problems += try texts(database)
    let steps = try String.fetchAll(database, sql: "SELECT identifier FROM grdb_migrations ORDER BY identifier")
    if steps != Schema.steps { problems.append("grdb_migrations has \(steps.listed), expected \(Schema.steps.listed)") }
    return (problems, "schema \(try Schema.version(database)), whole")
  }

  /// Texts with a NUL: whoever reads them as C does sees their beginning alone, so that what stands behind would go unnoticed.
  private static func texts(_ database: Database) throws -> [String] {
    let tables = try String.fetchAll(
      database, sql: "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")
    return try tables.flatMap { table in
      let columns = try Row.fetchAll(database, sql: "SELECT name FROM pragma_table_info(?)", arguments: [table])
        .map { $0[0] as String? ?? "" }
      return try columns.compactMap { column in
        func quoted(_ name: String) -> String { "\"" + name.replacing("\"", with: "\"\"") + "\"" }
        let name = quoted(column)
        let found = try Int.fetchOne(
          database,
          sql: """
            SELECT count(*) FROM \(quoted(table))
            WHERE typeof(\(name)) = 'text' AND instr(CAST(\(name) AS BLOB), x'00') > 0
            """)
        return (found ?? 0) > 0 ? "\(table).\(column) has \(found ?? 0) texts with a NUL" : nil
      }
    }
  }
}
