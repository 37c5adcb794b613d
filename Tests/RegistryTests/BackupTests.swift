import AuditedDatabase
import Files
import Foundation
import TestSupport
import Testing

@testable import Registry

/// Is a backup the registry, as it was at one moment?
@Suite struct BackupTests {
  private func sample() throws -> Sample {
    let sample = try Sample()
    try sample.publish([try sample.version("spam"), try sample.version("abuse")], state: "state")
    return sample
  }

  @Test func aBackupIsRestored() throws {
    let sample = try sample()
    let backup = sample.scratch.url("backups/monday")
    let record = try sample.registry.backup(to: backup)
    #expect(record.audit == (try sample.registry.auditHead()))
    let fingerprint = try sample.registry.fingerprint()
    try sample.version("late")
    let target = sample.scratch.url("restored")
    let verification = try Registry.restore(from: backup, to: target)
    #expect(verification.versions == 2 && verification.blobs == record.blobs && verification.bytes == record.bytes)
    let restored = try Registry.open(target)
    #expect(try restored.fingerprint() == fingerprint)
    #expect(try restored.currentRelease()?.record.revision == 1)
    // It goes on from there, and the backup stays what it was.
    _ = try restored.setAlias("x", of: "spam", to: 1, expecting: nil, reason: nil, actor: "ada")
    try sample.expectWhole(restored)
    #expect(try Registry.restore(from: backup, to: sample.scratch.url("again")) == verification)
    // Who only reads can make one, too.
    try sample.opened(.reading).backup(to: sample.scratch.url("backups/tuesday"))
  }

  @Test func refusesWhatWasChanged() throws {
    let sample = try sample()
    let target = sample.scratch.url("restored")
    func expectRefused(_ words: String, _ change: (URL) throws -> Void) throws {
      let backup = sample.scratch.url("backup-\(UUID().uuidString)")
      try sample.registry.backup(to: backup)
      try change(backup)
      expectRefusal(words) { _ = try Registry.restore(from: backup, to: target) }
      #expect(!FileManager.default.fileExists(atPath: target.path))
    }
    try expectRefused("blobs") { backup in
      let name = try #require(try tree(backup.appendingPathComponent("blobs/sha256")).keys.min())
      try FileManager.default.removeItem(at: backup.appendingPathComponent("blobs/sha256/\(name)"))
    }
    try expectRefused("holds no registry") {
      try FileManager.default.removeItem(at: $0.appendingPathComponent("registry.sqlite"))
    }
    try expectRefused("backup.json") {
      try FileManager.default.removeItem(at: $0.appendingPathComponent("backup.json"))
    }
    try expectRefused("that was kept") { backup in
      let file = backup.appendingPathComponent("backup.json")
      let record = try JSONFile.read(BackupRecord.self, from: file)
      try JSONFile.write(
        BackupRecord(
          schema: 1, created: record.created, audit: AuditHead(sequence: 1, hash: Digest(of: Data())), blobs: 0,
          bytes: 0),
        to: file)
    }
    expectRefusal("exists already") { try sample.registry.backup(to: sample.url) }
    try sample.registry.backup(to: sample.scratch.url("backup"))
    expectRefusal("exists already") { _ = try Registry.restore(from: sample.scratch.url("backup"), to: sample.url) }
  }

  /// A folder that was copied as it is works where it came to; the base may lie elsewhere there.
  @Test func aCopyWorksElsewhere() throws {
    let sample = try sample()
    try sample.registry.close()
    let target = sample.scratch.url("moved/there")
    try FileManager.default.createDirectory(
      at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
    try FileManager.default.copyItem(at: sample.url, to: target)
    // What a copy may leave out: empty folders, and what says who writes.
    for name in ["blobs/tmp", "write.lock"] {
      try FileManager.default.removeItem(at: target.appendingPathComponent(name))
    }
    let copy = try Registry.open(target)
    try copy.setBasePath("/there/base", actor: "eve")
    #expect(try copy.base().path == "/there/base" && copy.base().weights == Sample.base.weights)
    _ = try copy.blob(try #require(copy.manifest(of: copy.version(VersionReference("spam"))).parts["tensors"]).digest)
    _ = try copy.addBlob(Data("more".utf8), media: "text/plain")
    try sample.expectWhole(copy)
  }

  /// Both where the folder can be written and where it cannot.
  @Test func aFolderThatCannotBeWrittenIsRead() throws {
    let sample = try sample()
    try sample.registry.close()
    let mounted = sample.scratch.url("mounted")
    try FileManager.default.createDirectory(at: mounted, withIntermediateDirectories: true)
    func call(_ arguments: String...) -> Bool {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
      process.arguments = arguments
      process.standardError = FileHandle.nullDevice
      guard (try? process.run()) != nil else { return false }
      process.waitUntilExit()
      return process.terminationStatus == 0
    }
    // Where mounting is not allowed, nothing can be shown here.
    guard call("mount", "--bind", sample.url.path, mounted.path) else { return }
    defer { _ = call("umount", "-l", mounted.path) }
    try #require(call("mount", "-o", "remount,bind,ro", mounted.path))
    let registry = try Registry.open(mounted, access: .reading)
    #expect(try registry.tasks().count == 2)
    try sample.expectWhole(registry)
    expectRefusal(mounted.path) { _ = try Registry.open(mounted) }
  }
}
