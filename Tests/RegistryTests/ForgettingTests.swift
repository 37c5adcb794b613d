import Files
import Foundation
import Testing

@testable import Registry

/// Does a task that was forgotten stay so, and take nothing with it that others need?
@Suite struct ForgettingTests {
  private func part(_ role: String, _ version: VersionRecord, _ sample: Sample) throws -> Digest {
    try #require(try sample.registry.manifest(of: version).parts[role]).digest
  }

  @Test func forgetsAtOnce() throws {
    let sample = try Sample()
    let (spam, abuse) = (try sample.version("spam"), try sample.version("abuse"))
    try sample.publish([abuse], state: "only abuse")
    try sample.publish([abuse, spam], state: "both")
    try sample.registry.setAlias("stable", of: "spam", to: 1, expecting: nil, reason: nil, actor: "ada")
    let tensors = try part("tensors", spam, sample)
    let url = try sample.registry.blobURL(tensors)
    let manifest = ReleaseManifest(experts: ["abuse": abuse.digest], numerics: "n1")
    expectRefusal("expected revision 1") {
      try sample.registry.forget("spam", publishing: manifest, expecting: 1, now: true, reason: nil, actor: "ada")
    }
    let forgotten = try sample.registry.forget(
      "spam", publishing: manifest, expecting: 2, now: true, reason: "asked for", actor: "ada")
    #expect(forgotten.versions == [1] && forgotten.release?.revision == 3 && forgotten.release?.kind == .forget)
    // Tensors, rows, and the state of the release that had it.
    #expect(forgotten.purgedBlobs == 3)
    #expect(!FileManager.default.fileExists(atPath: url.path))
    expectRefusal("was purged") { _ = try sample.registry.blob(tensors) }
    expectRefusal("release 2", "spam", "was forgotten") {
      try sample.registry.rollback(to: 2, reason: nil, actor: "ada")
    }
    expectRefusal("release 2", "spam") { try sample.registry.rollback(reason: nil, actor: "ada") }
    #expect(try sample.registry.rollback(to: 1, reason: nil, actor: "ada").restored == 1)
    #expect(try sample.registry.aliases(of: "spam").isEmpty)
    #expect(try sample.registry.version(VersionReference("spam", .number(1))).state == .purged)
    expectRefusal("spam@1", "purged") { try sample.registry.requireUsable(spam) }
    expectRefusal("spam@1", "purged") { try sample.publish([spam, abuse]) }
    // What it was is still known.
    #expect(try sample.registry.manifest(of: spam).name == "spam")
    #expect(try sample.registry.metrics(of: spam).count == 2)
    try sample.expectWhole()
    // A new version under its name is a new beginning.
    #expect(try sample.version("spam", "new").number == 2)
    try sample.expectWhole()
  }

  /// What was forgotten before goes at once, too, when somebody asks for it.
  @Test func forgetsAtOnceInTwoSteps() throws {
    let sample = try Sample()
    let spam = try sample.version("spam")
    let url = try sample.registry.blobURL(part("tensors", spam, sample))
    try sample.registry.forget("spam", publishing: nil, expecting: nil, now: false, reason: nil, actor: "ada")
    #expect(FileManager.default.fileExists(atPath: url.path))
    let again = try sample.registry.forget(
      "spam", publishing: nil, expecting: nil, now: true, reason: nil, actor: "ada")
    #expect(again.versions.isEmpty && again.purgedBlobs == 2)
    expectRefusal("spam: is forgotten: all of its versions are retired") {
      _ = try sample.registry.version(VersionReference("spam"))
    }
    #expect(!FileManager.default.fileExists(atPath: url.path))
    #expect(try sample.registry.version(VersionReference("spam", .number(1))).state == .purged)
    try sample.expectWhole()
  }

  /// A blob that another version has, too, stays.
  @Test func sharedBlobsStay() throws {
    let sample = try Sample()
    let blob = try sample.registry.addBlob(Data("shared".utf8), media: "text/plain")
    for name in ["spam", "abuse"] {
      _ = try sample.registry.register(
        try sample.manifest(name, parts: ["tensors": blob]), metrics: [], gate: nil, actor: "ada")
    }
    let forgotten = try sample.registry.forget(
      "spam", publishing: nil, expecting: nil, now: true, reason: nil, actor: "ada")
    #expect(forgotten.purgedBlobs == 0 && forgotten.release == nil)
    #expect(try sample.registry.blob(blob.digest) == Data("shared".utf8))
    try sample.expectWhole()
  }

  @Test func refusesWhatOthersRestOn() throws {
    let sample = try Sample()
    let spam = try sample.version("spam")
    let news = try sample.version("news", restsOn: [spam.digest])
    try sample.version("spam", "2", restsOn: [spam.digest])
    #expect(try sample.registry.dependents(of: "spam") == [news])
    expectRefusal("spam", "news@1 rests on its atoms") {
      try sample.registry.forget("spam", publishing: nil, expecting: nil, now: false, reason: nil, actor: "ada")
    }
    expectRefusal("news@1") { try sample.registry.retire(spam, reason: nil, actor: "ada") }
    try sample.registry.forget("news", publishing: nil, expecting: nil, now: false, reason: nil, actor: "ada")
    try sample.registry.forget("spam", publishing: nil, expecting: nil, now: false, reason: nil, actor: "ada")
    #expect(try sample.registry.versions().allSatisfy { $0.state == .retired })
    expectRefusal("spam@1", "retired") { try sample.version("late", restsOn: [spam.digest]) }
    try sample.expectWhole()
  }

  @Test func theReleaseMustBeWithoutIt() throws {
    let sample = try Sample()
    let spam = try sample.version("spam")
    let release = try sample.publish([spam])
    for manifest in [nil, try sample.registry.currentRelease()?.manifest] {
      expectRefusal("forget spam", "a release that has it") {
        try sample.registry.forget(
          "spam", publishing: manifest, expecting: release.revision, now: false, reason: nil, actor: "ada")
      }
    }
    expectRefusal("task nothing") {
      try sample.registry.forget("nothing", publishing: nil, expecting: 1, now: false, reason: nil, actor: "ada")
    }
  }

  @Test func whatIsOutOfUseGoesAfterThirtyDays() throws {
    let sample = try Sample()
    let spam = try sample.version("spam")
    let old = try sample.version("abuse")
    let new = try sample.version("abuse", "2")
    try sample.publish([spam, old])
    try sample.publish([new])
    try sample.registry.retire(spam, reason: nil, actor: "ada")
    expectRefusal("abuse@2", "production") { try sample.registry.retire(new, reason: nil, actor: "ada") }
    let tensors = try part("tensors", spam, sample)
    sample.clock.pass(days: 31)
    // One of the last twenty releases has it.
    #expect(try sample.registry.collectGarbage(actor: "ada").versions.isEmpty)
    for _ in 0..<20 { try sample.publish([new]) }
    #expect(try sample.registry.collectGarbage(dryRun: true, actor: "ada").versions == ["spam@1"])
    _ = try sample.registry.blob(tensors)
    let collected = try sample.registry.collectGarbage(actor: "ada")
    #expect(collected.versions == ["spam@1"] && collected.blobs == 2)
    #expect(collected.parts == ["rows of spam@1", "tensors of spam@1"])
    expectRefusal("purged") { _ = try sample.registry.blob(tensors) }
    #expect(try sample.registry.version(digest: spam.digest).state == .purged)
    // What is not retired stays, released or not.
    _ = try sample.registry.blob(try part("tensors", old, sample))
    #expect(try sample.registry.collectGarbage(actor: "ada") == Registry.Collection())
    try sample.expectWhole()
  }

  @Test func aForgottenTaskGoesAfterThirtyDays() throws {
    let sample = try Sample()
    let (spam, abuse) = (try sample.version("spam"), try sample.version("abuse"))
    try sample.publish([spam, abuse])
    let manifest = ReleaseManifest(experts: ["abuse": abuse.digest], numerics: "n1")
    try sample.registry.forget("spam", publishing: manifest, expecting: 1, now: false, reason: nil, actor: "ada")
    sample.clock.pass(days: 29)
    #expect(try sample.registry.collectGarbage(actor: "ada").versions.isEmpty)
    sample.clock.pass(days: 2)
    #expect(try sample.registry.collectGarbage(actor: "ada").versions == ["spam@1"])
    try sample.expectWhole()
  }

  @Test func strayFilesGoAfterADay() throws {
    let sample = try Sample()
    let stray = try sample.registry.addBlob(Data("never registered".utf8), media: "text/plain")
    let left = sample.url.appendingPathComponent("blobs/tmp/1-x")
    try Data("half".utf8).write(to: left)
    #expect(try sample.registry.verify().strayFiles == 2)
    // The files have the time of the machine, not of the test.
    for url in [left, sample.registry.blobs.url(stray.digest)] { try setAge(url, of: sample.clock.now()) }
    #expect(try sample.registry.collectGarbage(actor: "ada").strayFiles == 0)
    sample.clock.pass(days: 1.1)
    #expect(try sample.registry.collectGarbage(dryRun: true, actor: "ada").strayBytes == 20)
    #expect(try sample.registry.collectGarbage(actor: "ada").strayFiles == 2)
    #expect(try sample.registry.verify().strayFiles == 0)
  }

  private func setAge(_ url: URL, of date: Date) throws {
    try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: url.path)
  }

  /// What was purged and is added again is there again.
  @Test func purgedBytesMayComeBack() throws {
    let sample = try Sample()
    let spam = try sample.version("spam")
    let tensors = try part("tensors", spam, sample)
    try sample.registry.forget("spam", publishing: nil, expecting: nil, now: true, reason: nil, actor: "ada")
    let blob = try sample.registry.addBlob(Data("tensors of spam 1".utf8), media: "application/vnd.accrete.safetensors")
    #expect(blob.digest == tensors)
    _ = try sample.registry.register(
      try sample.manifest("other", parts: ["tensors": blob]), metrics: [], gate: nil, actor: "ada")
    _ = try sample.registry.blob(tensors)
    try sample.expectWhole()
  }
}
