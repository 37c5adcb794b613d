import AuditedDatabase
import Files
import Foundation
import GRDB
import TestSupport
import Testing

@testable import Registry

/// Is what somebody damaged refused at once, and is nothing left behind by what failed?
@Suite struct DamageTests {
  /// Reading a text as C does ends at a NUL: what stands behind it must not pass.
  @Test(arguments: [
    ("expert", "name"), ("expert", "folded"), ("version", "method"), ("version", "actor"), ("blob", "media"),
    ("audit", "detail"), ("audit", "actor"), ("metric", "name"), ("release", "actor"), ("registry", "path"),
    ("part", "role"), ("grdb_migrations", "identifier"),
  ])
  func textsWithANul(table: String, column: String) throws {
    let sample = try Sample()
    try sample.publish([sample.version("spam")])
    let queue = try DatabaseQueue(path: sample.url.appendingPathComponent("registry.sqlite").path)
    try queue.write { database in
      let triggers = try Row.fetchAll(
        database, sql: "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?",
        arguments: [table])
      for trigger in triggers { try database.execute(sql: "DROP TRIGGER \(trigger[0] as String? ?? "")") }
      try database.execute(sql: "UPDATE \(table) SET \(column) = \(column) || char(0) || 'evil'")
      for trigger in triggers { try database.execute(sql: trigger[1] as String? ?? "") }
    }
    try queue.close()
    let failures = try sample.opened().verify().failures
    #expect(failures.contains { $0.found.contains("\(table).\(column)") }, "\(failures)")
  }

  /// Numbers of a damaged database that no sum holds.
  @Test func numbersThatAreTooLarge() throws {
    let sample = try Sample()
    try sample.version("spam")
    try sample.registry.setAlias("stable", of: "spam", to: 1, expecting: nil, reason: nil, actor: "ada")
    func damage(_ sql: String) throws {
      let queue = try DatabaseQueue(path: sample.url.appendingPathComponent("registry.sqlite").path)
      try queue.write { try $0.execute(sql: sql) }
      try queue.close()
    }
    try damage("UPDATE alias SET revision = \(Int.max)")
    expectRefusal("damaged: a number is too large") {
      try sample.registry.setAlias("stable", of: "spam", to: 1, expecting: Int.max, reason: nil, actor: "ada")
    }
    try damage("UPDATE blob SET bytes = \(Int.max)")
    expectRefusal("damaged: a number is too large") {
      _ = try sample.registry.forgetPreview("spam", purgingBy: "ada")
    }
    try damage(
      """
      INSERT INTO audit SELECT \(Int.max), at, actor, action, subject, detail, prev, randomblob(32) FROM audit WHERE seq = 1
      """)
    expectRefusal("damaged: a number is too large") { try sample.registry.setBasePath("/elsewhere", actor: "ada") }
    #expect(try sample.registry.audit(last: 0).isEmpty)
    #expect(try sample.registry.audit(last: 1).map(\.sequence) == [Int.max])
  }

  @Test func anotherMigration() throws {
    let sample = try Sample()
    let queue = try DatabaseQueue(path: sample.url.appendingPathComponent("registry.sqlite").path)
    try queue.write { try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('99')") }
    try queue.close()
    #expect(try sample.opened().verify().failures.contains { $0.found.contains("grdb_migrations") })
  }

  /// SQLite would wait for ever for who writes into a pipe.
  @Test(arguments: ["", "-wal", "-shm", "-journal"]) func aPipeBesideTheDatabase(suffix: String) throws {
    let sample = try Sample()
    try sample.registry.close()
    let path = sample.url.appendingPathComponent("registry.sqlite" + suffix).path
    unlink(path)
    #expect(mkfifo(path, 0o600) == 0)
    #expect(throws: FileError.self) { try sample.opened() }
  }

  /// A blob of another size than its row says is not read to its end, and is not part of a backup.
  @Test func aBlobThatGrew() throws {
    let sample = try Sample()
    let version = try sample.version("spam")
    let part = try #require(try sample.registry.manifest(of: version).parts["tensors"])
    let file = sample.url.appendingPathComponent("blobs/sha256/\(part.digest.hexadecimal)")
    chmod(file.path, 0o644)
    #expect(truncate(file.path, 8 << 30) == 0)
    let start = ContinuousClock.now
    expectRefusal("bytes, and its row says") { _ = try sample.registry.blob(part.digest) }
    expectRefusal("bytes, and its row says") { _ = try sample.registry.blobURL(part.digest) }
    expectRefusal("bytes, and its row says") { try sample.registry.backup(to: sample.scratch.url("backup")) }
    #expect(try sample.registry.verify().failures.count == 1)
    #expect(start.duration(to: .now).seconds < 5)
    #expect(!FileManager.default.fileExists(atPath: sample.scratch.url("backup").path))
    unlink(file.path)
    #expect(mkfifo(file.path, 0o600) == 0)
    expectRefusal("not a file") { try sample.registry.backup(to: sample.scratch.url("backup")) }
  }

  /// A bundle with an entry that it does not list, or that was changed: none of its blobs stays.
  @Test func aRefusedBundleLeavesNothing() throws {
    let (here, there) = (try Sample(), try Sample())
    let file = here.scratch.url("spam.tar")
    try here.registry.export([try here.version("spam")], to: file)
    let before = try tree(there.url.appendingPathComponent("blobs")).keys.sorted()
    var bytes = try Data(contentsOf: file)
    // The last block with content is of the last blob.
    let last = try #require(bytes.lastIndex { $0 != 0 })
    bytes[last] ^= 1
    try bytes.write(to: file)
    #expect(throws: RegistryError.self) { try there.registry.importBundle(file, actor: "eve") }
    #expect(try tree(there.url.appendingPathComponent("blobs")).keys.sorted() == before)
  }

  /// In a copy of the folder every file is young: what is to be forgotten at once goes all the same.
  @Test func forgettingInACopy() throws {
    let sample = try Sample()
    let version = try sample.version("spam")
    let part = try #require(try sample.registry.manifest(of: version).parts["rows"])
    let file = sample.url.appendingPathComponent("blobs/sha256/\(part.digest.hexadecimal)")
    #expect(utimensat(AT_FDCWD, file.path, nil, 0) == 0)
    let forgotten = try sample.registry.forget(
      "spam", publishing: nil, expecting: nil, now: true, reason: nil, actor: "ada")
    #expect(forgotten.purgedBlobs > 0 && !FileManager.default.fileExists(atPath: file.path))
  }
}
