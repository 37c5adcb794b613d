import AuditedDatabase
public import Files
import Foundation
import GRDB

/// What was erased, and what had learned from it.
public struct Erasure: Sendable, Codable, Equatable {
  /// How many items have lost their texts.
  public let items: Int
  /// The versions that were trained on some of them, as `spam@3`; `nil`: that could not be found out.
  public let versions: [String]?
  /// Why ``versions`` is not there.
  public let problem: String?
}

/// Whose texts are erased.
public enum ErasedTexts: Sendable, Equatable {
  /// All items of a source.
  case source(String)
  /// One item.
  case id(String)
}

extension ReviewDesk {
  /// How many items one transaction removes: decisions wait for no longer than that takes.
  private static let removalBatch = 500

  /// Removes the texts whose days are over, with their sources and with what reviewers wrote. Digests, labels and decisions stay.
  ///
  /// - Parameter actor: Who asks: a timer, as a rule.
  /// - Returns: How many items have lost their texts.
  /// - Throws: An error of the database.
  @discardableResult
  public func removeExpired(actor: String) throws -> Int {
    let removed = try removeAll(.retention, actor) { ledger in
      try Row.fetchAll(
        try ledger.database.cachedStatement(
          sql: """
            SELECT c.item, i.digest FROM content c JOIN item i ON i.number = c.item WHERE c.expires <= ? ORDER BY c.expires, c.item LIMIT ?
            """), arguments: [ledger.at, Self.removalBatch])
    }
    return removed.count
  }

  /// Erases texts at once, with their sources and with what reviewers wrote. Items that wait for people are withdrawn. No byte of them is in
  /// the files afterwards; who asks again is answered the same, and the files are tidied again.
  ///
  /// - Parameters:
  ///   - texts: Whose texts.
  ///   - actor: Who asks.
  ///   - affected: The versions that were trained on rows with some texts, by the digests of the texts, as the registry knows them. It is asked
  ///     after the erasure, which its errors do not hinder.
  /// - Throws: ``ReviewError/unknownItem(id:)``, an error of the database.
  public func erase(
    _ texts: ErasedTexts, actor: String, affected: ([Digest]) throws -> [String] = { _ in [] }
  ) throws -> Erasure {
    if case .id(let id) = texts, try decision(of: id) == nil { throw ReviewError.unknownItem(id: id) }
    let removed = try removeAll(.erasure, actor) { ledger in
      switch texts {
      case .source(let source):
        try Row.fetchAll(
          try ledger.database.cachedStatement(
            sql: """
              SELECT c.item, i.digest FROM content c JOIN item i ON i.number = c.item WHERE c.source = ? ORDER BY c.item LIMIT ?
              """), arguments: [source, Self.removalBatch])
      case .id(let id):
        // What retention has removed before was learned from, too.
        try Row.fetchAll(
          try ledger.database.cachedStatement(
            sql: """
              SELECT number, digest FROM item i WHERE id = ?
                AND NOT EXISTS(SELECT 1 FROM removal WHERE item = i.number AND kind = 'erasure')
              """), arguments: [id])
      }
    }
    do {
      return Erasure(items: removed.count, versions: removed.isEmpty ? [] : try affected(removed), problem: nil)
    } catch let error as any AccreteError {
      return Erasure(items: removed.count, versions: nil, problem: error.description)
    }
  }

  private enum Removal: String { case retention, erasure }

  /// Removes part after part, until there is none, and empties the journal.
  ///
  /// - Parameter kind: Why.
  /// - Parameter next: The numbers and digests of the next part.
  /// - Returns: The digests.
  private func removeAll(
    _ kind: Removal, _ actor: String, _ next: (Ledger) throws -> [Row]
  ) throws -> [Digest] {
    var removed: [Digest] = []
    while true {
      let part = try write(actor) { ledger -> [Digest] in
        let rows = try next(ledger)
        guard !rows.isEmpty else { return [] }
        let digests = try rows.map { try remove(try $0.value(0), try $0.digest(1), kind, &ledger) }
        // Neither ids nor sources: the entry stays for ever.
        try ledger.record(kind.rawValue, "texts", ["items": .integer(digests.count)])
        return digests
      }
      removed += part
      if part.isEmpty { break }
    }
    // Also where there was nothing: the last one who tried may have died before this.
    if kind == .erasure || !removed.isEmpty { try database.checkpoint() }
    return removed
  }

  private func remove(_ number: Int, _ digest: Digest, _ kind: Removal, _ ledger: inout Ledger) throws -> Digest {
    for table in ["content", "remark"] {
      try ledger.database.cachedStatement(sql: "DELETE FROM \(table) WHERE item = ?").execute(arguments: [number])
    }
    let state = try ledger.database.cachedStatement(sql: "SELECT state, removed FROM item WHERE number = ?")
    guard let row = try Row.fetchOne(state, arguments: [number]) else { return digest }
    var changes: [String: (any DatabaseValueConvertible)?] = ["removed": try row.optional(1) ?? ledger.at]
    // Nobody can label what nobody can read.
    if ![.automatic, .final, .withdrawn].contains(try row.word(0, ItemState.self)) {
      changes["state"] = ItemState.withdrawn.rawValue
      changes["lease"] = .some(nil)
    }
    try ledger.update(ReviewTable.item, changes, where: ["number": number])
    try ledger.insert(ReviewTable.removal, ["item": number, "kind": kind.rawValue, "at": ledger.at])
    return digest
  }
}
