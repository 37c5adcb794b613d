import AuditedDatabase
import Files
import Foundation
import GRDB
import TestSupport
import Testing

@testable import Registry

/// Does a reader notice every change, and nothing else?
@Suite struct WatchTests {
  @Test func everyCommitIsSeen() throws {
    let sample = try Sample()
    let reader = try sample.opened()
    // One beside the writer's connections, and one of a registry that only reads.
    let watches = try [sample.registry.watch(), reader.watch()]
    var marks = try watches.map { try $0.mark() }
    func expectChange(_ isChanged: Bool, _ what: String) throws {
      for (index, watch) in watches.enumerated() {
        let mark = try watch.mark()
        #expect((mark != marks[index]) == isChanged, "\(what), watch \(index)")
        #expect(!watch.isReplaced(mark))
        marks[index] = mark
      }
    }
    try expectChange(false, "nothing")
    let version = try sample.version("spam")
    try expectChange(true, "a version")
    _ = try reader.contents()
    _ = try sample.registry.tasks()
    try expectChange(false, "reading")
    try sample.publish([version])
    try expectChange(true, "a release")
    try sample.registry.setAlias("stable", of: "spam", to: 1, expecting: nil, reason: nil, actor: "ada")
    try expectChange(true, "an alias")
    expectRefusal("expected revision") {
      try sample.registry.setAlias("stable", of: "spam", to: 1, expecting: 9, reason: nil, actor: "ada")
    }
    // A transaction that was taken back.
    #expect(throws: RegistryError.self) {
      try sample.registry.write("ada") { (ledger: inout Ledger) throws in
        try ledger.update(.registry, ["path": "/x"], where: ["one": 1])
        throw RegistryError.noRelease(path: "")
      }
    }
    try expectChange(false, "what was taken back")
    #expect(try reader.contents().base.path == Sample.base.path)
  }

  @Test func aFileThatGoes() throws {
    let sample = try Sample()
    try sample.version("spam")
    let watch = try sample.opened().watch()
    let mark = try watch.mark()
    let (file, away) = (sample.url.appendingPathComponent("registry.sqlite"), sample.scratch.url("away"))
    try FileManager.default.moveItem(at: file, to: away)
    #expect(throws: FileError.notFound(path: file.path)) { try watch.mark() }
    // Another one in its place.
    try FileManager.default.copyItem(at: away, to: file)
    let other = try watch.mark()
    #expect(other != mark && watch.isReplaced(other))
    try FileManager.default.removeItem(at: file)
    try FileManager.default.moveItem(at: away, to: file)
    #expect(try !watch.isReplaced(watch.mark()))
    #expect(throws: (any Error).self) { try RegistryWatch(sample.scratch.url("nothing")) }
  }

  @Test func contentsAreThoseOfOneMoment() throws {
    let sample = try Sample()
    #expect(try sample.registry.contents().release == nil)
    let (spam, abuse) = (try sample.version("spam"), try sample.version("Abuse"))
    let better = try sample.version("spam", "2")
    try sample.publish([spam, abuse])
    try sample.registry.setAlias("stable", of: "spam", to: 2, expecting: nil, reason: nil, actor: "ada")
    try sample.registry.setAlias("old", of: "spam", to: 1, expecting: nil, reason: nil, actor: "ada")
    try sample.registry.removeAlias("old", of: "spam", expecting: 1, reason: nil, actor: "ada")
    let contents = try sample.opened().contents()
    #expect(contents.base == Sample.base && contents.created == sample.clock.now())
    #expect(contents.release?.record.revision == 1)
    #expect(contents.release?.manifest.experts == ["spam": spam.digest, "Abuse": abuse.digest])
    #expect(contents.versions == [abuse, spam, better])
    #expect(
      contents.aliases.map { "\($0.name):\($0.alias)@\($0.number ?? 0)" } == [
        "Abuse:production@1", "spam:production@1", "spam:stable@2",
      ])
  }

  /// Ten thousand versions are read in one go. The bound is that of a build for tests, which is several times as slow.
  @Test func manyVersions() throws {
    let sample = try Sample()
    let base = Sample.base
    try sample.registry.write("ada") { (ledger: inout Ledger) throws in
      let blob = try ledger.database.makeStatement(sql: "INSERT INTO blob VALUES(?, 1, 'm', 0, NULL)")
      let version = try ledger.database.makeStatement(
        sql: """
          INSERT INTO version VALUES(?, ?, ?, NULL, ?, ?, NULL, 'm', 'label', NULL, 1, NULL, NULL, 'registered', 0, 'ada')
          """)
      for expert in 0..<1_000 {
        try ledger.database.execute(
          sql: "INSERT INTO expert VALUES(?, ?, ?, 0)", arguments: [expert + 1, "task-\(expert)", "task-\(expert)"])
        for number in 1...10 {
          let digest = Digest(of: Data("\(expert) \(number)".utf8)).bytes
          try blob.execute(arguments: [digest])
          try version.execute(
            arguments: [expert + 1, number, digest, base.weights.bytes, base.tokenizer.bytes])
        }
      }
    }
    let reader = try sample.opened()
    _ = try reader.contents()
    let clock = ContinuousClock()
    var count = 0
    let time = try clock.measure { count = try reader.contents().versions.count }
    #expect(count == 10_000 && time < .seconds(3), "\(time)")
    let watch = try reader.watch()
    let looks = try clock.measure { for _ in 0..<100 { _ = try watch.mark() } }
    #expect(looks < .milliseconds(500), "\(looks) for 100 looks")
  }
}

/// Is a task never called as what is no task?
@Suite struct ReservedNameTests {
  @Test(arguments: ["auto", "base", "Auto", "BASE"]) func reserved(name: String) throws {
    let sample = try Sample()
    let words = "task name \(name): is reserved"
    expectRefusal(words, "--name \(name)-task") { try sample.registry.requireUsableName(name) }
    expectRefusal(words) { try sample.version(name) }
    #expect(try sample.registry.versions().isEmpty)
    try sample.expectWhole()
  }

  @Test(arguments: ["autos", "base-2", "bases", "a"]) func others(name: String) throws {
    let sample = try Sample()
    try sample.registry.requireUsableName(name)
    try sample.version(name)
  }

  /// What an earlier program registered goes on.
  @Test func thoseThatAreThere() throws {
    let sample = try Sample()
    try sample.registry.write("ada") { (ledger: inout Ledger) throws in
      try ledger.insert(.expert, ["id": 1, "name": "base", "folded": "base", "created": 0])
      try ledger.record("test", "base")
    }
    try sample.registry.requireUsableName("base")
    let one = try sample.version("base")
    let two = try sample.version("base", "2")
    try sample.publish([two])
    #expect(try sample.registry.version(VersionReference("base")) == two)
    #expect(try sample.registry.version(VersionReference("base", .number(1))) == one)
    expectRefusal("base is registered already") { try sample.registry.requireUsableName("Base") }
  }

  /// A bundle brings no such name either.
  @Test func aBundle() throws {
    let (sample, other) = (try Sample(), try Sample())
    try sample.registry.write("ada") { (ledger: inout Ledger) throws in
      try ledger.insert(.expert, ["id": 1, "name": "auto", "folded": "auto", "created": 0])
      try ledger.record("test", "auto")
    }
    let version = try sample.version("auto")
    let file = sample.scratch.url("auto.tar")
    _ = try sample.registry.export([version], to: file)
    expectRefusal("task name auto: is reserved") { _ = try other.registry.importBundle(file, actor: "ada") }
    #expect(try other.registry.versions().isEmpty)
    try other.expectWhole()
  }
}
