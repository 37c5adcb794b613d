import Files
import Foundation
import Registry
import TestSupport
import Testing

/// Is what is served one release, and can it always go back?
@Suite struct ReleaseTests {
  @Test func aReleaseMovesProduction() throws {
    let sample = try Sample()
    #expect(try sample.registry.currentRelease() == nil)
    expectRefusal("nothing was released yet") { try sample.registry.rollback(reason: nil, actor: "ada") }
    let (one, two) = (try sample.version("spam"), try sample.version("abuse"))
    let first = try sample.publish([one], state: "a")
    #expect(first.revision == 1 && first.parent == nil && first.kind == .promote)
    #expect(try sample.registry.version(VersionReference("spam")) == one)
    try sample.publish([one, two], state: "b")
    let better = try sample.version("spam", "2")
    try sample.publish([better, two], state: "b")
    #expect(try sample.registry.version(VersionReference("spam")) == better)
    #expect(try sample.registry.alias("production", of: "spam")?.revision == 2)
    // abuse did not move.
    #expect(try sample.registry.alias("production", of: "abuse")?.revision == 1)
    let current = try #require(try sample.registry.currentRelease())
    #expect(current.record.revision == 3)
    #expect(current.manifest.experts == ["spam": better.digest, "abuse": two.digest])
    #expect(try sample.registry.release(revision: 1).manifest.experts == ["spam": one.digest])
    expectRefusal("release 9", "the last one is 3") { _ = try sample.registry.release(revision: 9) }
    try sample.expectWhole()
  }

  @Test func nobodyOverwritesWhatHeHasNotSeen() throws {
    let sample = try Sample()
    let one = try sample.version("spam")
    let manifest = ReleaseManifest(experts: ["spam": one.digest], numerics: "n1")
    func publish(_ expecting: Int?) throws {
      try sample.registry.publish(manifest, kind: .promote, expecting: expecting, reason: nil, actor: "ada")
    }
    expectRefusal("expected revision 1", "found none") { try publish(1) }
    try publish(nil)
    expectRefusal("expected revision none", "found 1") { try publish(nil) }
    try publish(1)
    #expect(try sample.registry.releases().map(\.revision) == [1, 2])
  }

  @Test func aReleaseHasOnlyWhatIsThere() throws {
    let sample = try Sample()
    let one = try sample.version("spam")
    func refuse(_ manifest: ReleaseManifest, _ words: String) {
      expectRefusal(words) {
        try sample.registry.publish(manifest, kind: .promote, expecting: nil, reason: nil, actor: "ada")
      }
    }
    let none = Digest(of: Data("none".utf8))
    refuse(ReleaseManifest(experts: ["spam": none], numerics: "n1"), "no version of this registry")
    refuse(ReleaseManifest(experts: ["abuse": one.digest], numerics: "n1"), "spam@1 as abuse")
    refuse(ReleaseManifest(experts: [:], router: none, numerics: "n1"), "router")
    let blob = BlobReference(digest: none, bytes: 4, media: "text/plain")
    refuse(ReleaseManifest(experts: [:], state: ["accrete": [blob]], numerics: "n1"), "state blob")
    refuse(ReleaseManifest(experts: [:], numerics: "n1", blobs: [blob]), "missing")
    let url = try sample.registry.blobURL(try #require(try sample.registry.manifest(of: one).parts["tensors"]).digest)
    try FileManager.default.removeItem(at: url)
    refuse(ReleaseManifest(experts: ["spam": one.digest], numerics: "n1"), "missing")
    #expect(try sample.registry.releases().isEmpty)
  }

  /// One step back, one more, and forward again from there.
  @Test func rollbackGoesBackStepByStep() throws {
    let sample = try Sample()
    let versions = try (1...3).map { try sample.version("spam", "\($0)") }
    try sample.publish([versions[0]])
    expectRefusal("no release lies before it", "accrete forget TASK") {
      try sample.registry.rollback(reason: nil, actor: "eve")
    }
    for version in versions.dropFirst() { try sample.publish([version]) }
    func served() throws -> Int {
      let version = try sample.registry.version(VersionReference("spam"))
      return version.number
    }
    let back = try sample.registry.rollback(reason: "worse", actor: "eve")
    #expect(back.revision == 4 && back.kind == .rollback && back.parent == 3 && back.restored == 2)
    #expect(back.reason == "worse" && back.actor == "eve")
    #expect(try served() == 2)
    #expect(try sample.registry.rollback(reason: nil, actor: "eve").restored == 1)
    #expect(try served() == 1)
    expectRefusal("no release lies before it") { try sample.registry.rollback(reason: nil, actor: "eve") }
    #expect(try sample.registry.rollback(to: 3, reason: nil, actor: "eve").restored == 3)
    #expect(try served() == 3)
    // What was published after going back has before it what was served then.
    try sample.registry.rollback(to: 1, reason: nil, actor: "eve")
    try sample.publish([versions[2]])
    #expect(try sample.registry.rollback(reason: nil, actor: "eve").restored == 1)
    expectRefusal("release 99") { try sample.registry.rollback(to: 99, reason: nil, actor: "eve") }
    try sample.expectWhole()
  }

  /// What a rollback would do is said by the same rules by which it is done.
  @Test func retiredVersionsDoNotComeBack() throws {
    let sample = try Sample()
    let (one, two) = (try sample.version("spam"), try sample.version("spam", "2"))
    try sample.publish([one])
    try sample.publish([two])
    expectRefusal("release 2", "served now") { try sample.registry.rollback(to: 2, reason: nil, actor: "eve") }
    #expect(try sample.registry.rollbackPreview(to: 1).change.changed == ["spam@2 → spam@1"])
    try sample.registry.retire(one, reason: nil, actor: "eve")
    let words = "release 1: has spam@1 (retired), which cannot be served again. No release that differs"
    expectRefusal(words) { _ = try sample.registry.rollbackPreview(to: 1) }
    expectRefusal(words, "`accrete promote NAME@NUMBER`") {
      try sample.registry.rollback(to: 1, reason: nil, actor: "eve")
    }
    try sample.expectWhole()
  }

  /// A release that cannot come back is refused with those that can, and with what each would change.
  @Test func whatCanComeBackInstead() throws {
    let sample = try Sample()
    let (mails, news, spam) = (try sample.version("mails"), try sample.version("news"), try sample.version("spam"))
    for versions in [[mails], [mails, news], [mails, news, spam]] { try sample.publish(versions) }
    let rest = ReleaseManifest(experts: ["mails": mails.digest, "news": news.digest], numerics: "n1")
    try sample.registry.forget("spam", publishing: rest, expecting: 3, now: false, reason: nil, actor: "ada")
    // Release 2 has what is served now, which is nowhere to go back to.
    expectRefusal(
      "release 3: has spam, which was forgotten",
      "`accrete rollback --to NUMBER` can go to release 1 (removes news@1)."
    ) { try sample.registry.rollback(reason: nil, actor: "eve") }
    let better = try sample.version("news", "2")
    try sample.publish([mails, better])
    try sample.registry.retire(news, reason: nil, actor: "ada")
    expectRefusal("release 4: has news@1 (retired)", "can go to release 1 (removes news@2).") {
      try sample.registry.rollback(reason: nil, actor: "eve")
    }
    // What else a release had can be served by itself.
    #expect(try sample.registry.rollback(to: 1, reason: nil, actor: "eve").restored == 1)
    try sample.publish([better])
    expectRefusal("release 4", "`accrete promote mails@1` serves what else it has", "(adds mails@1; removes news@2)") {
      try sample.registry.rollback(to: 4, reason: nil, actor: "eve")
    }
    try sample.expectWhole()
  }

  @Test func historySaysWhatChanged() throws {
    let sample = try Sample()
    let (one, two) = (try sample.version("spam"), try sample.version("abuse"))
    try sample.publish([one], state: "a")
    try sample.publish([one, two], state: "b")
    try sample.publish([try sample.version("spam", "2")], state: "b")
    try sample.registry.rollback(to: 1, reason: nil, actor: "eve")
    let history = try sample.registry.history()
    #expect(history.map(\.added) == [["spam@1"], ["abuse@1"], [], []])
    #expect(history.map(\.changed) == [[], [], ["spam@1 → spam@2"], ["spam@2 → spam@1"]])
    #expect(history.map(\.removed) == [[], [], ["abuse@1"], []])
    #expect(history.map(\.states) == [["accrete"], ["accrete"], [], ["accrete"]])
    #expect(history.map(\.tasks) == [1, 2, 1, 1])
  }

  @Test func tasksAreListedWithWhatIsServed() throws {
    let sample = try Sample()
    let one = try sample.version("spam")
    try sample.publish([one])
    let two = try sample.version("spam", "2")
    let abuse = try sample.version("abuse")
    let tasks = try sample.registry.tasks()
    #expect(tasks.map(\.name) == ["abuse", "spam"])
    #expect(tasks.map(\.released) == [nil, one])
    #expect(tasks.map(\.newest) == [abuse, two])
    #expect(tasks.map(\.versions) == [1, 2])
    #expect(tasks[1].score == MetricRecord(name: "accuracy", task: "spam", value: 0.75, low: 0.5, high: 0.875, n: 15))
    #expect(tasks[1].verdict == .pass)
    try sample.publish([two])
    #expect(try sample.registry.tasks()[1].released == two)
  }

  @Test func differencesBetweenVersions() throws {
    let sample = try Sample()
    let one = try sample.registry.register(
      try sample.manifest("spam", labels: ["\u{E9}", "no"]),
      metrics: [MetricRecord(name: "accuracy", task: "spam", value: 0.5)], gate: nil, actor: "ada")
    let two = try sample.registry.register(
      try sample.manifest("spam", "2", labels: ["e\u{301}", "no"], parent: one.digest),
      metrics: [MetricRecord(name: "accuracy", task: "spam", value: 0.75, low: 0.5, high: 1, n: 4)], gate: nil,
      actor: "ada")
    let difference = try sample.registry.difference(one, two)
    #expect(difference.labelsAdded.haveSameCodePoints(as: ["e\u{301}"]))
    #expect(difference.labelsRemoved.haveSameCodePoints(as: ["\u{E9}"]))
    #expect(
      difference.lines.map(\.what) == [
        "parent", "rows to learn", "part rows", "part tensors", "model, training and choices (digest)",
        "accuracy on spam",
      ])
    #expect(difference.lines.last?.one == "0.5000")
    #expect(difference.lines.last?.other == "0.7500 [0.5000, 1.0000], n 4")
    #expect(try sample.registry.difference(one, one).lines.isEmpty)
  }
}
