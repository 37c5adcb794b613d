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
    return (problems, "schema \(try Schema.version(database)), whole")
  }
}
