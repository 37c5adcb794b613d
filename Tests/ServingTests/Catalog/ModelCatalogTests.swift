import Files
import Foundation
import TaskModels
import Testing

@testable import Registry
@testable import Serving

/// Does a name lead to the version that it means, and a list say what there is?
@Suite struct ModelCatalogTests {
  @Test func namesBecomeVersions() throws {
    let home = try CatalogHome()
    let first = try home.version("spam")
    let second = try home.version("spam", 2, form: CatalogHome.form(labels: ["a", "b", "c"]))
    let unreleased = try home.version("news")
    try home.publish([first], hasRouter: true)
    try home.registry.setAlias("stable", of: "spam", to: 2, expecting: nil, reason: nil, actor: "ada")
    let catalog = try home.catalog()
    #expect(catalog.basicName == "seedling" && catalog.revision == 1 && catalog.problem == nil)
    for name in ["spam", "spam@1", "spam:production", "spam@sha256:\(first.digest.hexadecimal.prefix(12))"] {
      let model = try catalog.resolve(name)
      #expect(model.id == "spam@1" && model.digest == first.digest && model.kind == .version, "\(name)")
      #expect(model.task == "spam" && model.version == 1 && model.aliases == ["production"] && model.isReleased)
      #expect(model.labels == ["no", "yes"] && model.form == CatalogHome.form() && model.listedName == "spam")
    }
    for name in ["spam@2", "spam:stable", "spam@\(second.digest)"] {
      let model = try catalog.resolve(name)
      #expect(model.id == "spam@2" && model.labels == ["a", "b", "c"] && model.aliases == ["stable"], "\(name)")
      #expect(!model.isReleased && model.listedName == "spam@2" && model.created == second.created)
    }
    #expect(try catalog.resolve("news@1").digest == unreleased.digest)
    for name in ["base", "seedling"] {
      let base = try catalog.resolve(name)
      #expect(base.kind == .base && base.id == "seedling" && base.digest == nil && base.form == nil)
    }
    #expect(try catalog.resolve("auto").kind == .auto)
  }

  /// Who writes, and whose probabilities are as frequent as they say: from the manifest and from what was measured.
  @Test func whatAVersionCan() throws {
    let home = try CatalogHome()
    func measured(_ ece: Double, _ n: Int) -> [MetricRecord] {
      [
        MetricRecord(name: "accuracy", task: "spam", value: 1, n: n),
        MetricRecord(name: "ece", task: "spam", value: ece, n: n),
      ]
    }
    let gate = DataRecord(role: "gate", digest: Digest(of: Data("gate".utf8)), rows: 600, from: "spam.jsonl")
    let shape = JSONTree.object(["rank": .integer(8)])
    try home.register(CatalogHome.manifest("spam", 1))
    try home.register(CatalogHome.manifest("spam", 2, shape: shape, data: [gate]), metrics: measured(0.02, 600))
    try home.register(CatalogHome.manifest("spam", 3, shape: .null, data: [gate]), metrics: measured(0.2, 600))
    try home.register(CatalogHome.manifest("spam", 4, shape: shape), metrics: measured(0.02, 600))
    let catalog = try home.catalog()
    let models = try (1...4).map { try catalog.resolve("spam@\($0)") }
    #expect(models.map(\.writes) == [false, true, false, true])
    // The third is wrong too often, and what the fourth was measured on is no gate row by its manifest.
    #expect(models.map(\.isCalibrated) == [false, true, false, false])
    let base = try catalog.resolve("base")
    #expect(base.writes && !base.isCalibrated)
  }

  @Test func whatIsNotThere() throws {
    let home = try CatalogHome()
    let (first, second) = (try home.version("spam"), try home.version("spam", 2))
    try home.version("news")
    let empty = try home.catalog()
    #expect(empty.revision == nil)
    expectError("router", "seedling", "news", "spam") { _ = try empty.resolve("auto") }
    expectError("no version of it is released", "spam@2, spam@1") { _ = try empty.resolve("spam") }
    try home.publish([first])
    let catalog = try home.catalog()
    // There is a release now, and still no router.
    #expect(throws: CatalogError.notFound("auto", known: ["seedling", "news", "spam"])) {
      _ = try catalog.resolve("auto")
    }
    #expect(throws: CatalogError.notFound("Spam", known: ["seedling", "news", "spam"])) {
      _ = try catalog.resolve("Spam")
    }
    expectError("Did you mean spam?") { _ = try catalog.resolve("spma") }
    let known = ["spam:production", "spam@2", "spam@1"]
    for name in ["spam@3", "spam:stable", "spam@sha256:000000000000"] {
      #expect(throws: CatalogError.versionNotFound(name, known: known)) { _ = try catalog.resolve(name) }
    }
    #expect(throws: CatalogError.versionNotFound("news", known: ["news@1"])) { _ = try catalog.resolve("news") }
    expectError("auto has no versions", "did you mean auto") { _ = try catalog.resolve("auto@1") }
    expectError("base has no versions") { _ = try catalog.resolve("base:production") }
    // A version that is out of use cannot be asked.
    try home.registry.retire(second, reason: nil, actor: "ada")
    catalog.refresh()
    #expect(throws: CatalogError.versionNotFound("spam@2", known: ["spam:production", "spam@1"])) {
      _ = try catalog.resolve("spam@2")
    }
    #expect(!catalog.models(all: true).contains { $0.id == "spam@2" })
  }

  @Test func aPrefixOfTwo() throws {
    let home = try CatalogHome()
    let contents = try home.registry.contents()
    // Twelve digits of SHA-256 do not meet by chance: made-up digests do.
    let records = try ["0", "1"].enumerated().map { index, last in
      VersionRecord(
        name: "spam", number: index + 1,
        digest: try #require(Digest("sha256:" + String(repeating: "a", count: 63) + last)), state: .registered,
        created: Date(timeIntervalSince1970: 0), actor: "ada", bytes: 1, method: "m", kind: .label, parent: nil,
        rows: nil, from: nil)
    }
    let snapshot = CatalogSnapshot(
      RegistryContents(
        created: contents.created, base: contents.base, release: nil, versions: records, aliases: []),
      basicName: "seedling", template: nil, after: nil, from: RegistrySource(home.registry))
    expectError("spam@1, spam@2", "give more") { _ = try snapshot.model("spam@sha256:aaaaaaaaaaaa") }
    #expect(try snapshot.model("spam@sha256:" + String(repeating: "a", count: 63) + "1").id == "spam@2")
  }

  @Test func theOrderOfAList() throws {
    let home = try CatalogHome()
    let (zebra, apple) = (try home.version("zebra"), try home.version("Apple"))
    try home.version("zebra", 2)
    try home.version("mango")
    try home.publish([zebra, apple], hasRouter: true)
    let catalog = try home.catalog()
    #expect(catalog.models(all: false).map(\.listedName) == ["seedling", "auto", "Apple", "zebra"])
    #expect(
      catalog.models(all: true).map(\.listedName) == ["seedling", "auto", "Apple", "mango@1", "zebra", "zebra@2"])
    #expect(catalog.models(all: false).map(\.id) == ["seedling", "auto", "Apple@1", "zebra@1"])
    try home.publish([zebra])
    catalog.refresh()
    #expect(catalog.models(all: false).map(\.listedName) == ["seedling", "zebra"])
  }

  /// Tasks that are called as what is no task: what an earlier program registered goes on by its version.
  @Test func aTaskThatIsCalledAsTheBase() throws {
    let home = try CatalogHome()
    let version = try home.version("seedling")
    try home.publish([version])
    let catalog = try home.catalog()
    #expect(try catalog.resolve("seedling").kind == .base)
    #expect(try catalog.resolve("seedling@1").digest == version.digest)
    #expect(catalog.models(all: false).map(\.listedName) == ["seedling", "seedling@1"])
    let other = try home.catalog("org/trunk")
    #expect(try other.resolve("seedling").digest == version.digest)
    #expect(try other.resolve("org/trunk").kind == .base)
  }

  @Test func namesOfTheBase() throws {
    let home = try CatalogHome()
    let names = [
      ("/models/seedling", "seedling"), ("/models/my model/", "my-model"), ("/a/auto", "base"), ("/", "base"),
      ("/cache/models--org--trunk/snapshots/0123abcd", "trunk"), ("/a/b:7b@x", "b-7b-x"), ("/a/\u{E9}", "base"),
    ]
    for (path, name) in names { #expect(ModelCatalog.basicName(ofBaseAt: path) == name, "\(path)") }
    for name in ["", "auto", "AUTO", "a@1", "a:b", "a b", "a//b", "/a", "\u{E9}", String(repeating: "a", count: 129)] {
      #expect(throws: CatalogError.self, "\(name)") { _ = try home.catalog(name) }
    }
    #expect(try home.catalog("base").models(all: false).map(\.id) == ["base"])
  }

  @Test func whatCannotBeRead() throws {
    let home = try CatalogHome()
    let (good, lost) = (try home.version("good"), try home.version("lost"))
    let other = try home.register(CatalogHome.manifest("other", 1, labels: ["x", "y"]))
    var bare = try CatalogHome.manifest("bare", 1)
    bare = VersionManifest(
      name: bare.name, method: bare.method, kind: bare.kind, labels: bare.labels, base: bare.base,
      tokenizer: bare.tokenizer, promptForm: bare.promptForm, parts: [:], model: .null, data: [], run: .null,
      numerics: "n1", created: bare.created)
    try home.register(bare)
    try home.publish([good, lost, other])
    let file = try home.registry.blobURL(lost.digest)
    let bytes = try Data(contentsOf: file)
    try FileManager.default.removeItem(at: file)
    let catalog = try home.catalog()
    #expect(try catalog.resolve("good").problem == nil)
    #expect(throws: RegistryError.self) { _ = try catalog.resolve("lost") }
    #expect(throws: ServingError.self) { _ = try catalog.resolve("other") }
    #expect(throws: ServingError.self) { _ = try catalog.resolve("bare@1") }
    let model = try #require(catalog.models(all: false).first { $0.name == "lost" })
    #expect(model.problem?.contains("missing") ?? false)
    #expect(model.labels.isEmpty && model.form == nil && model.template == nil)
    // Put back, it is read.
    try bytes.write(to: file)
    #expect(try catalog.resolve("lost").labels == ["no", "yes"] && model.problem == nil)
  }

  @Test func templates() throws {
    let home = try CatalogHome()
    let template = Digest(of: Data("template".utf8))
    try home.publish([try home.register(CatalogHome.manifest("chat", 1, template: template))])
    let base = Digest(of: Data("base".utf8))
    let catalog = try ModelCatalog(home.registry, template: base)
    #expect(try catalog.resolve("chat").template == template && catalog.resolve("base").template == base)
  }

  /// A list of ten thousand takes nothing but the list; a state of the registry is made of them in a moment.
  @Test func manyVersions() throws {
    let home = try CatalogHome()
    let contents = try home.registry.contents()
    let records = (0..<10_000).map { index in
      VersionRecord(
        name: "task-\(index / 10)", number: index % 10 + 1, digest: Digest(of: Data("\(index)".utf8)),
        state: .registered, created: Date(timeIntervalSince1970: 0), actor: "ada", bytes: 1, method: "m",
        kind: .label, parent: nil, rows: nil, from: nil)
    }
    let aliases = (0..<1_000).map {
      AliasRecord(name: "task-\($0)", alias: "stable", number: 3, revision: 1)
    }
    let clock = ContinuousClock()
    var snapshot: CatalogSnapshot?
    let making = clock.measure {
      snapshot = CatalogSnapshot(
        RegistryContents(
          created: contents.created, base: contents.base, release: nil, versions: records, aliases: aliases),
        basicName: "seedling", template: nil, after: nil, from: RegistrySource(home.registry))
    }
    let made = try #require(snapshot)
    #expect(making < .seconds(2), "\(making)")
    let listing = clock.measure { #expect(made.all.count == 10_001) }
    #expect(listing < .milliseconds(100), "\(listing)")
    #expect(try made.model("task-999:stable").id == "task-999@3")
    expectError("and 981 more") { _ = try made.model("nothing-like-it-at-all") }
  }
}
