import AuditedDatabase
import Files
import Foundation
import GRDB
import TestSupport
import Testing

@testable import Registry

/// Is one byte that was changed found, wherever it is?
@Suite struct VerifyTests {
  /// A registry with rows in every table.
  private func sample() throws -> Sample {
    let sample = try Sample()
    let spam = try sample.version("spam")
    let news = try sample.version("news", restsOn: [spam.digest])
    let abuse = try sample.version("abuse")
    try sample.publish([spam, news, abuse], state: "state")
    try sample.publish([spam, news], state: "state")
    try sample.registry.rollback(reason: "worse", actor: "eve")
    try sample.registry.setAlias("stable", of: "spam", to: 1, expecting: nil, reason: nil, actor: "ada")
    try sample.registry.retire(try sample.version("spam", "2"), reason: nil, actor: "ada")
    try sample.registry.setBasePath("/elsewhere", actor: "ada")
    return sample
  }

  @Test func aWholeRegistryIsWhole() throws {
    let sample = try sample()
    var seen: [String] = []
    let verification = try sample.registry.verify { seen.append($0.what) }
    #expect(verification.failures.isEmpty, "\(verification.failures)")
    #expect(seen == ["database", "audit", "rows", "versions", "releases", "blobs"])
    #expect(verification.versions == 4 && verification.tasks == 3 && verification.releases == 3)
    #expect(verification.strayFiles == 0)
    // What the rows say is what the files have.
    let files = try tree(sample.url.appendingPathComponent("blobs"))
    #expect(verification.blobs == files.count)
    #expect(verification.bytes == files.values.reduce(0) { $0 + $1.count })
    #expect(try sample.opened(.reading).verify() == verification)
  }

  @Test func aByteOfAnyBlob() throws {
    let sample = try sample()
    for name in try tree(sample.url.appendingPathComponent("blobs/sha256")).keys.sorted() {
      let file = sample.url.appendingPathComponent("blobs/sha256/\(name)")
      let whole = try Data(contentsOf: file)
      chmod(file.path, 0o644)
      for position in Set([0, whole.count / 2, whole.count - 1]) {
        var bytes = whole
        bytes[position] ^= 1
        try bytes.write(to: file)
        #expect(
          try sample.registry.verify().failures.contains { $0.found.contains(name) }, "byte \(position) of \(name)")
      }
      try FileManager.default.removeItem(at: file)
      #expect(try sample.registry.verify().failures.contains { $0.found.contains(name) }, "\(name) is missing")
      try whole.write(to: file)
    }
    try sample.expectWhole()
  }

  /// Every column of every row, the audit's among them: past the triggers, as a disk would change it.
  @Test func anyValueOfAnyRow() throws {
    let sample = try sample()
    try sample.registry.close()
    let file = sample.url.appendingPathComponent("registry.sqlite")
    let whole = try Data(contentsOf: file)
    var configuration = Configuration()
    configuration.foreignKeysEnabled = false
    var changed = 0
    for table in Table.allCases.map(\.rawValue) + ["audit"] {
      let columns = try plain(file, configuration) { try $0.columns(in: table) }
      for column in columns.map(\.name) {
        let type = columns.first { $0.name == column }?.type ?? ""
        try plain(file, configuration) { database in
          let triggers = try Row.fetchAll(database, sql: "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
          for trigger in triggers { try database.execute(sql: "DROP TRIGGER \(trigger[0] as String)") }
          try database.execute(sql: "PRAGMA ignore_check_constraints = ON")
          let key = Table(rawValue: table)?.key ?? ["seq"]
          let row = try #require(try Row.fetchOne(database, sql: "SELECT * FROM \(table) ORDER BY random() LIMIT 1"))
          try database.execute(
            sql: "UPDATE \(table) SET \(column) = ? WHERE \(key.map { "\($0) = ?" }.joined(separator: " AND "))",
            arguments: StatementArguments([flipped(row[column], type)] + key.map { row[$0] as DatabaseValue }))
          try #require(database.changesCount == 1)
          for trigger in triggers { try database.execute(sql: trigger[1]) }
        }
        let registry = try sample.opened(.writing)
        #expect(try !registry.verify().failures.isEmpty, "\(table).\(column)")
        try registry.close()
        changed += 1
        try restore(whole, to: file)
      }
    }
    #expect(changed > 70)
    try sample.expectWhole(try sample.opened())
  }

  private func plain<Result>(
    _ file: URL, _ configuration: Configuration, _ body: (Database) throws -> Result
  ) throws -> Result {
    try DatabaseQueue(path: file.path, configuration: configuration).write(body)
  }

  private func restore(_ data: Data, to file: URL) throws {
    for name in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: file.path + name) }
    try data.write(to: file)
  }

  private func flipped(_ value: DatabaseValue, _ type: String) -> DatabaseValue {
    switch value.storage {
    case .null: type == "BLOB" ? Data(count: 32).databaseValue : type == "TEXT" ? "x".databaseValue : 1.databaseValue
    case .int64(let number): (number ^ 4096).databaseValue
    case .double(let number): number.nextUp.databaseValue
    case .string(let text):
      String(decoding: text.utf8.enumerated().map { $0 == 0 ? $1 ^ 1 : $1 }, as: UTF8.self).databaseValue
    case .blob(let data): Data(data.enumerated().map { $0 == 3 ? $1 ^ 1 : $1 }).databaseValue
    }
  }

  /// A byte of the file itself: it is found, or no row says anything else than before. Nothing crashes.
  @Test func aByteOfTheFile() throws {
    let sample = try sample()
    let expected = try sample.registry.fingerprint()
    try sample.registry.close()
    let file = sample.url.appendingPathComponent("registry.sqlite")
    let whole = try Data(contentsOf: file)
    var random = SystemRandomNumberGenerator()
    var found = 0
    for _ in 0..<60 {
      let position = Int.random(in: 0..<whole.count, using: &random)
      var bytes = whole
      bytes[position] ^= UInt8.random(in: 1...255, using: &random)
      try restore(bytes, to: file)
      do {
        let registry = try sample.opened(.writing)
        let failures = try registry.verify().failures
        if failures.isEmpty {
          #expect(try registry.fingerprint() == expected, "byte \(position) to \(bytes[position])")
        } else {
          found += 1
        }
        try registry.close()
      } catch {
        #expect(error is RegistryError || error is FileError, "byte \(position) to \(bytes[position]): \(error)")
        found += 1
      }
      try restore(whole, to: file)
    }
    #expect(found > 5)
  }

  /// Rows cannot be changed or removed by hand while the triggers are there.
  @Test func triggersAbort() throws {
    let sample = try sample()
    let file = sample.url.appendingPathComponent("registry.sqlite")
    let fixed = [
      "audit": "actor", "gate": "actor", "metric": "value", "release": "actor", "version": "method", "part": "role",
      "rest": "needs",
      "withdrawal": "at", "expert": "name",
    ]
    for (table, column) in fixed {
      for sql in ["DELETE FROM \(table)", "UPDATE \(table) SET \(column) = \(column)"] {
        #expect(throws: DatabaseError.self, "\(sql)") { try plain(file, Configuration()) { try $0.execute(sql: sql) } }
      }
    }
    for table in ["blob", "alias", "current", "registry"] {
      #expect(throws: DatabaseError.self, "\(table)") {
        try plain(file, Configuration()) { try $0.execute(sql: "DELETE FROM \(table)") }
      }
    }
    #expect(throws: DatabaseError.self) {
      try plain(file, Configuration()) { try $0.execute(sql: "UPDATE version SET state = 'registered'") }
    }
    try sample.expectWhole()
  }

  @Test func aTriggerThatIsGoneIsFound() throws {
    let sample = try sample()
    try plain(sample.url.appendingPathComponent("registry.sqlite"), Configuration()) {
      try $0.execute(sql: "DROP TRIGGER audit_delete")
    }
    let failures = try sample.registry.verify().failures
    #expect(failures.map(\.what) == ["database"] && failures[0].found.contains("audit_delete"))
  }

  /// Who writes the whole chain anew is found by a head that was kept.
  @Test func aHeadThatWasKept() throws {
    let sample = try sample()
    let head = try sample.registry.auditHead()
    try sample.version("late")
    #expect(try sample.registry.verifyAudit(head: head.hash).sequence > head.sequence)
    expectRefusal("that was kept") { try sample.registry.verifyAudit(head: Digest(of: Data("other".utf8))) }
  }

  @Test func theAuditSaysWhoDidWhat() throws {
    let sample = try sample()
    let audit = try sample.registry.audit()
    #expect(
      audit.map(\.action) == [
        "create", "register", "register", "register", "promote", "promote", "rollback", "alias", "register", "retire",
        "base",
      ])
    #expect(
      audit[6].actor == "eve" && audit[6].subject == "release 3" && audit[6].detail.contains("\"reason\":\"worse\""))
    #expect(try sample.registry.audit(last: 2) == Array(audit.suffix(2)))
    #expect(try sample.registry.audit(last: 0).isEmpty)
    // By hand: SHA-256(previous, the number in eight bytes, canonical JSON).
    let at = Int(audit[0].at.timeIntervalSince1970)
    var text = Data(repeating: 0, count: 32) + Data([0, 0, 0, 0, 0, 0, 0, 1])
    let detail = audit[0].detail.replacingOccurrences(of: "\\", with: "\\\\").replacingOccurrences(
      of: "\"", with: "\\\"")
    text += Data(
      #"{"action":"create","actor":"ada@host","at":\#(at),"detail":"\#(detail)","subject":"registry"}"#.utf8)
    #expect(audit[0].hash == Digest(of: text))
  }
}
