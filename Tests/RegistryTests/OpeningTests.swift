import AuditedDatabase
import Files
import Foundation
import GRDB
import TestSupport
import Testing

@testable import Registry

/// Is a folder opened only if it is a registry that this program understands?
@Suite struct OpeningTests {
  @Test func whatIsNoRegistry() throws {
    let scratch = try Scratch()
    expectRefusal(scratch.url.path, "holds no registry", "accrete init") { _ = try Registry.open(scratch.url) }
    try Data("no database".utf8).write(to: scratch.url("registry.sqlite"))
    expectRefusal("registry.sqlite") { _ = try Registry.open(scratch.url) }
    try FileManager.default.removeItem(at: scratch.url("registry.sqlite"))
    try Data().write(to: scratch.url("registry.sqlite"))
    expectRefusal("no schema") { _ = try Registry.open(scratch.url) }
    try FileManager.default.removeItem(at: scratch.url("registry.sqlite"))
    // Nobody waits for who writes into a pipe.
    mkfifo(scratch.url("registry.sqlite").path, 0o600)
    for access in [Registry.Access.reading, .writing] {
      expectRefusal("a pipe") { _ = try Registry.open(scratch.url, access: access) }
    }
  }

  /// A folder that may not be entered may hold a registry: nobody is told to make one.
  @Test(.enabled(if: geteuid() != 0, "root may enter every folder")) func aFolderThatMayNotBeEntered() throws {
    let sample = try Sample()
    try sample.registry.close()
    chmod(sample.url.path, 0)
    defer { chmod(sample.url.path, 0o700) }
    for access in [Registry.Access.reading, .writing] {
      let error = #expect(throws: FileError.self) { _ = try Registry.open(sample.url, access: access) }
      let text = error.map { "\($0)" } ?? ""
      #expect(error?.category == .inputOutput && text.contains("permission denied"), "\(text)")
      #expect(!text.contains("accrete init"), "\(text)")
    }
  }

  /// Nothing is written through a link that leads out of the folder.
  @Test(arguments: ["registry.sqlite", "blobs", "work"]) func aLinkLeadsOut(name: String) throws {
    let sample = try Sample()
    try sample.registry.close()
    let (inside, outside) = (sample.url.appendingPathComponent(name), sample.scratch.url("outside"))
    if FileManager.default.fileExists(atPath: inside.path) {
      try FileManager.default.moveItem(at: inside, to: outside)
    } else {
      try FileManager.default.createDirectory(at: outside, withIntermediateDirectories: true)
    }
    try FileManager.default.createSymbolicLink(at: inside, withDestinationURL: outside)
    for access in [Registry.Access.reading, .writing] {
      expectRefusal(inside.path, "outside") { _ = try Registry.open(sample.url, access: access) }
    }
  }

  @Test func madeInAnEmptyFolderOnly() throws {
    let sample = try Sample()
    expectRefusal("holds a registry already") {
      _ = try Registry.create(at: sample.url, base: Sample.base, actor: "ada")
    }
    let folder = sample.scratch.url("mine")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try Data("mine".utf8).write(to: folder.appendingPathComponent("notes"))
    expectRefusal(folder.path, "not empty") { _ = try Registry.create(at: folder, base: Sample.base, actor: "ada") }
    try FileManager.default.removeItem(at: folder.appendingPathComponent("notes"))
    let registry = try Registry.create(at: folder, base: Sample.base, actor: "ada")
    #expect(try registry.base() == Sample.base)
    #expect(try tree(folder).keys.filter { $0.hasSuffix(".partial") }.isEmpty)
    _ = try Registry.create(at: sample.scratch.url("a/b/c"), base: Sample.base, actor: "ada")
  }

  @Test func aNewerSchemaIsRefused() throws {
    let sample = try Sample()
    try sample.registry.close()
    try DatabaseQueue(path: sample.url.appendingPathComponent("registry.sqlite").path).write {
      try $0.execute(sql: "PRAGMA user_version = 99")
    }
    let before = try tree(sample.url)["registry.sqlite"]
    for access in [Registry.Access.reading, .writing] {
      expectRefusal("schema 99", "knows up to 1", "newer accrete") { _ = try Registry.open(sample.url, access: access) }
    }
    #expect(try tree(sample.url)["registry.sqlite"]?.count == before?.count)
  }

  /// No network file system is here to be mounted: what the system would say of one.
  @Test(
    arguments: [
      (0x6969, "", "NFS"), (0xFF53_4D42, "", "CIFS"), (0x0102_1997, "", "9P"),
      (0x6573_5546, "fuse.sshfs", "fuse.sshfs"),
      (0x6573_5546, "fuse.rclone", "fuse.rclone"), (0x6573_5546, "fuseblk", nil), (0xEF53, "", nil),
      (0x0102_1994, "", nil),
      (0x9123_683E, "", nil), (0x5846_5342, "", nil), (0x794C_7630, "", nil),
    ] as [(UInt32, String, String?)]) func networkFileSystems(type: UInt32, mount: String, expected: String?)
  {
    #expect(NetworkFileSystem.name(type: type, mounted: mount) == expected)
    expectRefusal("network file system (NFS)", "disk of this machine") {
      throw RegistryError.networkFileSystem(path: "/x", kind: "NFS")
    }
  }

  /// Blanks in names of mounts are octal numbers; of names that a path begins with, the longest decides.
  @Test(arguments: [
    ("/home/a b/registry", "fuse.sshfs"), ("/home/a b", "fuse.sshfs"), ("/home/a bc/registry", "ext4"),
    ("/home/a\\040b/registry", "fuse.rclone"), ("/home/a\tb/registry", "fuse.s3fs"), ("/home", "ext4"),
  ])
  func mountsOfAPath(path: String, type: String) {
    let mounts = #"""
      /dev/sda1 / ext4 rw,relatime 0 0
      host:/data /home/a\040b fuse.sshfs rw 0 0
      drive: /home/a\134040b fuse.rclone rw 0 0
      bucket /home/a\011b fuse.s3fs rw 0 0
      """#
    #expect(NetworkFileSystem.mount(of: path, in: mounts) == type)
  }

  @Test func writesAreAsTheyShouldBe() throws {
    let sample = try Sample()
    try sample.registry.write("ada") { (ledger: inout Ledger) throws in
      #expect(try Int.fetchOne(ledger.database, sql: "PRAGMA synchronous") == 2)
      #expect(try Int.fetchOne(ledger.database, sql: "PRAGMA foreign_keys") == 1)
      #expect(try Int.fetchOne(ledger.database, sql: "PRAGMA recursive_triggers") == 1)
      #expect(try String.fetchOne(ledger.database, sql: "PRAGMA journal_mode") == "wal")
      #expect(try Int.fetchOne(ledger.database, sql: "PRAGMA busy_timeout") == 5000)
    }
    // A change without an audit entry is taken back.
    expectRefusal("a change without an entry") {
      try sample.registry.write("ada") { try $0.update(.registry, ["path": "/x"], where: ["one": 1]) }
    }
    #expect(try sample.registry.base() == Sample.base)
  }

  /// A registry of each schema that there was is opened, and its rows are what they were.
  @Test(arguments: [1]) func earlierSchemas(schema: Int) throws {
    let scratch = try Scratch()
    let stored = Bundle.module.bundleURL.appendingPathComponent("Resources/schema-\(schema)")
    let folder = scratch.url("registry")
    try FileManager.default.copyItem(at: stored, to: folder)
    let expected = try JSONFile.read([String: String].self, from: stored.appendingPathComponent("expected.json"))
    let registry = try Registry.open(folder)
    let verification = try registry.verify()
    #expect(verification.failures.isEmpty, "\(verification.failures)")
    #expect(verification.audit?.hash.description == expected["audit"])
    #expect(try registry.versions().map { "\($0.reference)" }.joined(separator: " ") == expected["versions"])
    #expect(try registry.currentRelease()?.record.manifest.description == expected["release"])
    _ = try registry.addBlob(Data("more".utf8), media: "text/plain")
    try registry.setBasePath("/new", actor: "ada")
    #expect(try registry.verify().failures.isEmpty)
  }

  @Test func oneProcessLearns() throws {
    let sample = try Sample()
    let lock = try sample.registry.lockForLearning(name: "spam")
    let other = try sample.opened(.writing)
    expectRefusal("process \(getpid())", "at work on spam since", "learn.lock") {
      _ = try other.lockForLearning(name: "abuse")
    }
    let begin = Date()
    expectRefusal("at work on spam") { _ = try other.lockForLearning(name: "abuse", waiting: 0.2) }
    #expect(Date().timeIntervalSince(begin) >= 0.2)
    lock.release()
    let next = try other.lockForLearning(name: "abuse")
    // Once more, as its end does, takes nothing from the next.
    lock.release()
    expectRefusal("at work on abuse") { _ = try sample.registry.lockForLearning(name: "spam") }
    next.release()
    // What a process that died has left means nothing.
    try Data("{\"process\":1,\"host\":\"x\",\"since\":\"y\",\"learns\":\"z\"}".utf8)
      .write(to: sample.url.appendingPathComponent("learn.lock"))
    try sample.registry.lockForLearning(name: "spam").release()
  }

  @Test func aLockedDatabaseIsOneLine() throws {
    let sample = try Sample()
    let lock = try FileLock(sample.url.appendingPathComponent("registry.lock"))
    try lock.take(waiting: 0)
    let other = try FileLock(sample.url.appendingPathComponent("registry.lock"))
    expectRefusal("registry.lock", "held by process \(getpid())") { try other.take(waiting: 0.05) }
    lock.letGo()
    try other.take(waiting: 0)
  }
}
