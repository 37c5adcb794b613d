import AuditedDatabase
import Files
import Foundation
import GRDB

extension Registry {
  /// The aliases of a task.
  ///
  /// - Parameter name: The task.
  /// - Throws: ``RegistryError``, also for an unknown task.
  public func aliases(of name: String) throws -> [AliasRecord] {
    try database.read { try aliases(try requireExpert(name, $0), name, $0) }
  }

  /// Those that name a version.
  func aliases(_ expert: Int, _ name: String, _ database: Database) throws -> [AliasRecord] {
    try Row.fetchAll(
      database,
      sql: "SELECT name, number, revision FROM alias WHERE expert = ? AND number IS NOT NULL ORDER BY name",
      arguments: [expert]
    ).map {
      AliasRecord(name: name, alias: try $0.value(0), number: try $0.optional(1), revision: try $0.value(2))
    }
  }

  func aliasNumber(_ expert: Int, _ alias: String, _ database: Database) throws -> Int? {
    try Int.fetchOne(
      try database.cachedStatement(sql: "SELECT number FROM alias WHERE expert = ? AND name = ?"),
      arguments: [expert, alias])
  }

  /// An alias as it is, removed ones included, so that its revision can be expected; `nil` for one that was never set.
  ///
  /// - Parameter alias: The alias.
  /// - Parameter name: The task.
  /// - Throws: ``RegistryError``, also for an unknown task.
  public func alias(_ alias: String, of name: String) throws -> AliasRecord? {
    try database.read { database in
      let expert = try requireExpert(name, database)
      return try Row.fetchOne(
        database, sql: "SELECT number, revision FROM alias WHERE expert = ? AND name = ?", arguments: [expert, alias]
      ).map { AliasRecord(name: name, alias: alias, number: try $0.optional(0), revision: try $0.value(1)) }
    }
  }

  /// Sets an alias, if nobody else has changed it meanwhile.
  ///
  /// - Parameter alias: A plain name; not `production`, which follows the release.
  /// - Parameter name: The task.
  /// - Parameter number: The version that it names from now on.
  /// - Parameter expecting: The alias's revision; `nil` for one that was never set.
  /// - Parameter reason: Why, for the audit.
  /// - Parameter actor: Who does it.
  /// - Throws: ``RegistryError/moved(what:expected:found:)`` where somebody was first; other ``RegistryError``s.
  @discardableResult
  public func setAlias(
    _ alias: String, of name: String, to number: Int, expecting: Int?, reason: String?, actor: String
  ) throws -> AliasRecord {
    try move(alias, of: name, to: number, expecting: expecting, reason: reason, actor: actor)
  }

  /// Removes an alias, if nobody else has changed it meanwhile.
  ///
  /// - Parameter alias: The alias.
  /// - Parameter name: The task.
  /// - Parameter expecting: The alias's revision.
  /// - Parameter reason: Why, for the audit.
  /// - Parameter actor: Who does it.
  /// - Throws: As ``setAlias(_:of:to:expecting:reason:actor:)``.
  public func removeAlias(_ alias: String, of name: String, expecting: Int, reason: String?, actor: String) throws {
    try move(alias, of: name, to: nil, expecting: expecting, reason: reason, actor: actor)
  }

  @discardableResult
  private func move(
    _ alias: String, of name: String, to number: Int?, expecting: Int?, reason: String?, actor: String
  ) throws -> AliasRecord {
    try Self.requirePlain(alias, "alias")
    guard alias.lowercased() != AliasRecord.production else { throw RegistryError.protectedAlias(name: name) }
    return try write(actor) { ledger in
      let expert = try requireExpert(name, ledger.database)
      if let number {
        let version = try row(VersionReference(name, .number(number)), ledger.database).record
        guard version.state == .registered else {
          throw RegistryError.outOfUse(version: "\(version.reference)", state: version.state)
        }
      }
      let found = try Int.fetchOne(
        try ledger.database.cachedStatement(sql: "SELECT revision FROM alias WHERE expert = ? AND name = ?"),
        arguments: [expert, alias])
      guard found == expecting else {
        throw RegistryError.moved(what: "\(name):\(alias)", expected: expecting, found: found)
      }
      let revision = try put(alias, number, expert: expert, after: found, isProtected: false, in: &ledger)
      try ledger.record(
        "alias", "\(name):\(alias)",
        ["reason": reason.map(JSONTree.text) ?? .null, "number": number.map(JSONTree.integer) ?? .null])
      return AliasRecord(name: name, alias: alias, number: number, revision: revision)
    }
  }

  /// Writes an alias's row; its new revision.
  @discardableResult
  func put(
    _ alias: String, _ number: Int?, expert: Int, after found: Int?, isProtected: Bool, in ledger: inout Ledger
  ) throws -> Int {
    if let found {
      let revision = try StoredNumbers.sum([found, 1])
      try ledger.update(.alias, ["number": number, "revision": revision], where: ["expert": expert, "name": alias])
      return revision
    }
    try ledger.insert(
      .alias, ["expert": expert, "name": alias, "number": number, "revision": 1, "protected": isProtected ? 1 : 0])
    return 1
  }
}
