import AuditedDatabase
import Files
import Foundation
import TestSupport
import Testing

@testable import Registry

/// Does a version that is taken to another registry stay what it is?
@Suite struct BundleTests {
  @Test func versionsAreTakenElsewhere() throws {
    let (here, there) = (try Sample(), try Sample())
    let spam = try here.version("spam")
    let news = try here.version("news", restsOn: [spam.digest])
    try here.version("abuse")
    let file = here.scratch.url("news.tar")
    let bundle = try here.registry.export([news], to: file)
    #expect(bundle.versions == ["spam@1", "news@1"])
    try there.version("news", "another")
    let imported = try there.registry.importBundle(file, actor: "eve")
    #expect(imported.versions == ["spam@1", "news@2"] && imported.known.isEmpty)
    let taken = try there.registry.version(VersionReference("news", .number(2)))
    #expect(taken.digest == news.digest && taken.bytes == news.bytes && taken.rows == news.rows)
    #expect(try there.registry.manifest(of: taken) == here.registry.manifest(of: news))
    #expect(try there.registry.metrics(of: taken) == here.registry.metrics(of: news))
    #expect(try there.registry.gates(of: taken) == here.registry.gates(of: news))
    for part in try here.registry.manifest(of: news).parts.values {
      #expect(try there.registry.blob(part.digest) == here.registry.blob(part.digest))
    }
    let entry = try #require(try there.registry.audit().last)
    #expect(entry.action == "import" && entry.subject == "news@2" && entry.detail.contains("\"as\":\"news@1\""))
    #expect(entry.detail.contains("\"action\":\"register\""))
    try there.expectWhole()
    // Once more changes nothing.
    let again = try there.registry.importBundle(file, actor: "eve")
    #expect(again.versions.isEmpty && again.known == ["spam@1", "news@2"])
    #expect(try there.registry.audit().last == entry)
    expectRefusal("exists already") { try here.registry.export([news], to: file) }
  }

  /// What was forgotten at once does not come back to the disk by an earlier bundle.
  @Test func whatWasForgottenStaysForgotten() throws {
    let (here, there) = (try Sample(), try Sample())
    let file = here.scratch.url("spam.tar")
    try here.registry.export([try here.version("spam")], to: file)
    try there.registry.importBundle(file, actor: "eve")
    try there.registry.forget("spam", publishing: nil, expecting: nil, now: true, reason: nil, actor: "eve")
    let (before, blobs) = (try there.registry.fingerprint(), there.registry.blobs.names().sorted())
    let again = try there.registry.importBundle(file, actor: "eve")
    #expect(again.versions.isEmpty && again.known.isEmpty && again.purged == ["spam@1"])
    #expect(try there.registry.fingerprint() == before && there.registry.blobs.names().sorted() == blobs)
    try there.expectWhole()
  }

  /// Other programs read it.
  @Test func isATarFile() throws {
    let sample = try Sample()
    let file = sample.scratch.url("spam.tar")
    let bundle = try sample.registry.export([try sample.version("spam")], to: file)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["tar", "-xf", file.path]
    process.currentDirectoryURL = sample.scratch.url
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
    let blobs = try tree(sample.scratch.url("blobs/sha256"))
    #expect(blobs.count == bundle.blobs)
    for (name, data) in blobs { #expect(Digest(of: data).hexadecimal == name) }
    #expect(FileManager.default.fileExists(atPath: sample.scratch.url("bundle.json").path))
  }

  @Test func refusesAnotherBase() throws {
    let (here, scratch) = (try Sample(), try Scratch())
    let file = here.scratch.url("spam.tar")
    try here.registry.export([try here.version("spam")], to: file)
    let base = BaseRecord(
      path: "/b", weights: Digest(of: Data("other".utf8)), configuration: nil, tokenizer: Sample.base.tokenizer)
    let other = try Registry.create(at: scratch.url("registry"), base: base, actor: "eve")
    expectRefusal("base of", "spam.tar", "\(base.weights)") { try other.importBundle(file, actor: "eve") }
    #expect(try other.versions().isEmpty)
  }

  /// One byte anywhere in a bundle, padding and what follows its end included: refused, and nothing taken.
  @Test func refusesWhatWasChanged() throws {
    let here = try Sample()
    let file = here.scratch.url("spam.tar")
    let spam = try here.version("spam")
    try here.registry.export([spam], to: file)
    let whole = try Data(contentsOf: file)
    let there = try Sample()
    let broken = there.scratch.url("broken.tar")
    let before = try there.registry.fingerprint()
    func refuses(_ bytes: Data, _ what: String) throws {
      try bytes.write(to: broken)
      let error = #expect(throws: (any Error).self, "\(what)") {
        try there.registry.importBundle(broken, actor: "eve")
      }
      #expect(error is RegistryError || error is FileError, "\(what): \(String(describing: error))")
      #expect(try there.registry.fingerprint() == before, "\(what)")
    }
    for position in stride(from: 0, to: whole.count, by: 37) {
      var bytes = whole
      bytes[position] ^= 0x15
      try refuses(bytes, "byte \(position)")
    }
    try refuses(whole + Data("more".utf8), "bytes after its end")
    try refuses(whole + whole, "another bundle after its end")
    try whole.write(to: broken)
    #expect(try there.registry.importBundle(broken, actor: "eve").versions == ["spam@1"])
    #expect(try there.registry.version(digest: spam.digest).number == 1)
  }

  /// A verdict that is not what the report of its gates says, in a bundle whose digest was made anew.
  @Test func refusesAVerdictWithoutGrounds() throws {
    let here = try Sample()
    let report = try here.registry.addBlob(
      Data(#"{"gates":[{"id":"G3","verdict":{"verdict":"fail"}}]}"#.utf8), media: "application/json")
    func bundle(_ name: String, _ verdict: GateRecord.Verdict) throws -> URL {
      let version = try here.registry.register(
        try here.manifest(name), metrics: [], gate: GateRecord(verdict: verdict, report: report, reason: nil),
        actor: "ada")
      let file = here.scratch.url("\(name).tar")
      try here.registry.export([version], to: file)
      return file
    }
    let there = try Sample()
    try there.registry.importBundle(bundle("honest", .fail), actor: "eve")
    expectRefusal("lying@1", "not what the report of its gates says") {
      try there.registry.importBundle(bundle("lying", .pass), actor: "eve")
    }
    #expect(try there.registry.versions().map(\.name) == ["honest"])
  }

  /// A list of blobs that says of one of them twice how large it is, in a bundle whose digest was made anew.
  @Test func refusesABlobThatIsListedTwice() throws {
    let (here, there) = (try Sample(), try Sample())
    let (file, forged) = (here.scratch.url("spam.tar"), here.scratch.url("forged.tar"))
    try here.registry.export([try here.version("spam")], to: file)
    let reader = try TarReader(file)
    _ = try #require(try reader.next())
    let content = try JSONFile.decode(
      BundleContent.self, from: try reader.data(limit: BundleContent.sizeLimit), path: BundleContent.file)
    let blob = try #require(content.blobs.first)
    let again = BundleContent(
      schema: content.schema, base: content.base, versions: content.versions,
      blobs: content.blobs + [BlobReference(digest: blob.digest, bytes: .max, media: blob.media)],
      audit: content.audit, head: content.head, digest: SealedJSON.blank)
    let writer = try TarWriter(forged)
    try writer.add(BundleContent.file, try SealedJSON.encode(again))
    while let entry = try reader.next() { try writer.add(entry.name, try reader.data(limit: entry.bytes)) }
    try writer.finish()
    expectRefusal("forged.tar", "a blob that is listed twice") {
      try there.registry.importBundle(forged, actor: "eve")
    }
    #expect(try there.registry.versions().isEmpty)
  }

  @Test func refusesWhatIsCutOff() throws {
    let (here, there) = (try Sample(), try Sample())
    let file = here.scratch.url("spam.tar")
    try here.registry.export([try here.version("spam")], to: file)
    let whole = try Data(contentsOf: file)
    for length in stride(from: 0, to: whole.count - 1024, by: 512) {
      let cut = there.scratch.url("cut.tar")
      try whole.prefix(length).write(to: cut)
      expectRefusal("cut.tar") { try there.registry.importBundle(cut, actor: "eve") }
    }
    #expect(try there.registry.versions().isEmpty)
    try there.expectWhole()
  }

  @Test func refusesANameThatIsTaken() throws {
    let (here, there) = (try Sample(), try Sample())
    let file = here.scratch.url("spam.tar")
    try here.registry.export([try here.version("spam")], to: file)
    try there.version("Spam")
    expectRefusal("Spam is registered already") { try there.registry.importBundle(file, actor: "eve") }
    try there.expectWhole()
  }
}
