import AuditedDatabase
import Files
import Foundation
import TestSupport
import Testing

@testable import Registry

/// Is a version what it was registered as, for ever?
@Suite struct RegisterTests {
  @Test func aVersionComesBackAsItWas() throws {
    let sample = try Sample()
    let manifest = try sample.manifest("spam", labels: ["\u{E9}", "e\u{301}", "yes"])
    let report = try sample.registry.addBlob(Data("{}".utf8), media: "application/json")
    let metric = MetricRecord(name: "accuracy", task: "spam", value: 0.1 + 0.2, low: 0.25, high: nil, n: 3)
    let version = try sample.registry.register(
      manifest, metrics: [metric], gate: GateRecord(verdict: .fail, report: report, reason: "G3"), actor: "ada")
    #expect(version.name == "spam" && version.number == 1 && version.state == .registered && version.actor == "ada")
    #expect(version.digest == (try manifest.digest()))
    #expect(version.rows == 70 && version.from == "spam.jsonl" && version.kind == .label && version.method == "accrete")
    let bytes = try manifest.canonicalData().count + manifest.parts.values.reduce(0) { $0 + $1.bytes }
    #expect(version.bytes == bytes)
    let other = try sample.opened()
    #expect(try other.version(digest: version.digest) == version)
    #expect(try other.version(VersionReference("spam", .number(1))) == version)
    #expect(try other.manifest(of: version) == manifest)
    #expect(try other.manifest(of: version).labels.haveSameCodePoints(as: ["\u{E9}", "e\u{301}", "yes"]))
    #expect(try other.metrics(of: version) == [metric])
    #expect(try other.gates(of: version) == [GateRecord(verdict: .fail, report: report, reason: "G3")])
    try sample.expectWhole()
  }

  /// Registered, imported, or named anew: one more is refused until another is out of use.
  @Test func noMoreThanARegistryTakes() throws {
    let sample = try Sample()
    let registry = try sample.opened(.writing, mostVersions: 3)
    func register(_ name: String, _ content: String) throws -> VersionRecord {
      try registry.register(sample.manifest(name, content), metrics: [], gate: nil, actor: "ada")
    }
    let first = try register("spam", "1")
    for number in 2...3 { #expect(try register("spam", "\(number)").number == number) }
    let entries = try registry.audit().count
    for name in ["spam", "food"] {
      #expect(throws: RegistryError.tooManyVersions(limit: 3)) { try register(name, "4") }
    }
    let other = try Sample()
    let file = other.scratch.url("food.tar")
    try other.registry.export([other.version("food")], to: file)
    #expect(throws: RegistryError.tooManyVersions(limit: 3)) { try registry.importBundle(file, actor: "ada") }
    // What is there is no new one.
    #expect(try register("spam", "1") == first)
    #expect(try registry.versions().count == 3 && registry.audit().count == entries)
    try registry.retire(first, reason: nil, actor: "ada")
    #expect(try register("food", "4").number == 1)
    #expect(throws: RegistryError.tooManyVersions(limit: 3)) { try register("food", "5") }
    try sample.expectWhole()
  }

  @Test func aRegistryTakesAHundredThousand() throws {
    #expect(Registry.usualMostVersions == 100_000)
    #expect(try Sample().registry.mostVersions == 100_000)
  }

  @Test func anEqualManifestIsTheSameVersion() throws {
    let sample = try Sample()
    let one = try sample.version("spam")
    let entries = try sample.registry.audit().count
    #expect(try sample.version("spam") == one)
    #expect(try sample.registry.audit().count == entries)
    #expect(try sample.version("spam", "2").number == 2)
    #expect(try sample.version("abuse").number == 1)
    #expect(try sample.registry.versions().map { "\($0.reference)" } == ["abuse@1", "spam@1", "spam@2"])
    #expect(try sample.registry.versions(named: "spam").map(\.number) == [1, 2])
    #expect(try sample.registry.newestVersion(named: "spam")?.number == 2)
    #expect(try sample.registry.newestVersion(named: "nothing") == nil)
  }

  /// A task may need no tensors.
  @Test func partsAreFree() throws {
    let sample = try Sample()
    let head = try sample.registry.addBlob(Data("head".utf8), media: "application/octet-stream")
    let version = try sample.registry.register(
      try sample.manifest("spam", parts: ["head": head]), metrics: [], gate: nil, actor: "ada")
    #expect(try sample.registry.manifest(of: version).parts == ["head": head])
    try sample.expectWhole()
  }

  @Test(arguments: ["", "sp am", "é", "a/b", "..", ".a", String(repeating: "a", count: 101), "a@b", "a:b", "a\u{0}"])
  func refusesNames(name: String) throws {
    let sample = try Sample()
    expectRefusal("--name", "ASCII letters") { try sample.version(name) }
    expectRefusal("--name") { try sample.registry.requireUsableName(name) }
    #expect(try sample.registry.versions().isEmpty)
  }

  @Test func refusesNamesThatDifferByCase() throws {
    let sample = try Sample()
    try sample.version("Spam")
    expectRefusal("task spam", "Spam is registered already", "--name Spam") { try sample.version("spam") }
    expectRefusal("Spam is registered already") { try sample.registry.requireUsableName("SPAM") }
    try sample.registry.requireUsableName("Spam")
    #expect(try sample.registry.versions().count == 1)
    try sample.expectWhole()
  }

  @Test func refusesAnotherBase() throws {
    let sample = try Sample()
    let other = Digest(of: Data("other".utf8))
    expectRefusal("base of spam", "\(Sample.base.weights)", "\(other)") {
      _ = try sample.registry.register(
        try sample.manifest("spam", base: other), metrics: [], gate: nil, actor: "ada")
    }
    expectRefusal("base /b", "\(other)") {
      try sample.registry.requireBase(weights: other, tokenizer: Sample.base.tokenizer, at: "/b")
    }
    expectRefusal("tokenizer of /b") {
      try sample.registry.requireBase(weights: Sample.base.weights, tokenizer: other, at: "/b")
    }
    try sample.registry.requireBase(weights: Sample.base.weights, tokenizer: Sample.base.tokenizer, at: "/b")
  }

  @Test func refusesWhatIsNotThere() throws {
    let sample = try Sample()
    let none = Digest(of: Data("none".utf8))
    let blob = BlobReference(digest: none, bytes: 4, media: "application/json")
    expectRefusal("\(none)", "missing") {
      _ = try sample.registry.register(
        try sample.manifest("spam", parts: ["tensors": blob]), metrics: [], gate: nil, actor: "ada")
    }
    expectRefusal("no version of this registry has this digest") { try sample.version("spam", restsOn: [none]) }
    let stored = try sample.registry.addBlob(Data("none".utf8), media: "application/json")
    let wrong = BlobReference(digest: stored.digest, bytes: 5, media: "application/json")
    expectRefusal("5 bytes", "expected 4") {
      _ = try sample.registry.register(
        try sample.manifest("spam", parts: ["tensors": wrong]), metrics: [], gate: nil, actor: "ada")
    }
    for metrics in [[Double.nan], [.infinity], [1, 1]] {
      expectRefusal("version of spam") {
        _ = try sample.registry.register(
          try sample.manifest("spam"), metrics: metrics.map { MetricRecord(name: "accuracy", task: "spam", value: $0) },
          gate: nil, actor: "ada")
      }
    }
    expectRefusal("a label that is listed twice") {
      _ = try sample.registry.register(
        try sample.manifest("spam", labels: ["a", "a"]), metrics: [], gate: nil, actor: "ada")
    }
    #expect(try sample.registry.versions().isEmpty)
    try sample.expectWhole()
  }

  /// What a manifest of elsewhere may say of its rows: sums of such numbers fit into none.
  @Test(arguments: [
    ([Int.max, Int.max], "got \(Int.max) rows to learn, expected 0 to 1099511627776 rows"),
    ([-1], "got -1 rows to learn, expected 0 to 1099511627776 rows"),
    (Array(repeating: 1, count: 65_537), "got 65537 records of its rows, expected at most 65536"),
  ])
  func refusesRowsThatCannotBe(rows: [Int], words: String) throws {
    let sample = try Sample()
    let digest = Digest(of: Data("rows".utf8))
    let data = rows.map { DataRecord(role: "learn", digest: digest, rows: $0) }
    expectRefusal("version of spam: \(words)") {
      _ = try sample.registry.register(
        try sample.manifest("spam", data: data), metrics: [], gate: nil, actor: "ada")
    }
    #expect(try sample.registry.versions().isEmpty)
  }

  @Test(arguments: [
    (MetricRecord(name: "accuracy", task: "spam", value: 0.5, n: -5), "accuracy of -5 rows"),
    (MetricRecord(name: "accuracy", task: "spam", value: 0.5, n: .max), "rows"),
    (MetricRecord(name: "accuracy", task: "spam", value: 1.7e308), "metrics up to"),
    (MetricRecord(name: "acc\nfoo", task: "spam", value: 0.5), "control characters"),
  ]) func refusesMetricsThatCannotBe(metric: MetricRecord, words: String) throws {
    let sample = try Sample()
    expectRefusal("version of spam", words) {
      _ = try sample.registry.register(try sample.manifest("spam"), metrics: [metric], gate: nil, actor: "ada")
    }
    #expect(try sample.registry.versions().isEmpty)
  }

  @Test func saysWhatThereIs() throws {
    let sample = try Sample()
    expectRefusal("no tasks yet") { _ = try sample.registry.version(VersionReference("spam")) }
    try sample.version("spam")
    expectRefusal("task span", "spam") { _ = try sample.registry.version(VersionReference("span")) }
    expectRefusal("spam@7", "there is only 1") { _ = try sample.registry.version(VersionReference("spam", .number(7))) }
    expectRefusal("spam:x", "no such alias") { _ = try sample.registry.version(VersionReference("spam", .alias("x"))) }
    expectRefusal("no version of it is released", "spam@1") {
      _ = try sample.registry.version(VersionReference("spam"))
    }
  }

  @Test func anOverrideIsAddedToTheGates() throws {
    let sample = try Sample()
    let version = try sample.version("spam")
    let report = try sample.registry.addBlob(Data("seen".utf8), media: "text/plain")
    try sample.registry.addGate(
      GateRecord(verdict: .override, report: report, reason: "known drift"), to: version, actor: "eve")
    #expect(try sample.registry.gates(of: version).map(\.verdict) == [.pass, .override])
    #expect(try sample.registry.tasks().first?.verdict == .override)
    try sample.expectWhole()
  }
}
