import Files
import Foundation
import Registry
import TestSupport
import Testing

@testable import Serving

/// Does a catalog see what others do to the registry, and outlive whatever happens to its files?
@Suite struct CatalogFollowTests {
  private func waits(_ seconds: Double, until isSo: () throws -> Bool) async throws -> Bool {
    let end = ContinuousClock.now + .seconds(seconds)
    while try !isSo() {
      guard ContinuousClock.now < end else { return false }
      try await Task.sleep(for: .milliseconds(5))
    }
    return true
  }

  @Test func aReleaseIsSeen() async throws {
    let home = try CatalogHome()
    let (one, two) = (try home.version("spam"), try home.version("spam", 2))
    try home.publish([one])
    let catalog = try home.catalog()
    let following = Task { await catalog.follow() }
    let held = try catalog.resolve("spam")
    try home.publish([two], by: Registry.open(home.url))
    // Within a quarter of a second, but for tests that hold all threads meanwhile.
    #expect(try await waits(240) { catalog.revision == 2 })
    #expect(try catalog.resolve("spam").id == "spam@2" && catalog.problem == nil)
    // What was resolved stays what it was.
    #expect(held.id == "spam@1" && held.digest == one.digest)
    try home.registry.setAlias("stable", of: "spam", to: 1, expecting: nil, reason: nil, actor: "ada")
    #expect(try await waits(240) { (try? catalog.resolve("spam:stable").id) == "spam@1" })
    // Manifests are read before somebody asks.
    #expect(try await waits(240) { catalog.snapshot.manifests.values.allSatisfy(\.isKnown) })
    following.cancel()
    await following.value
  }

  @Test func changesAreTold() async throws {
    let home = try CatalogHome()
    let (one, two) = (try home.version("spam"), try home.version("news"))
    let catalog = try home.catalog()
    var iterator = catalog.changes().makeAsyncIterator()
    #expect(await iterator.next() == CatalogChange(revision: nil, versions: []))
    try home.publish([one])
    catalog.refresh()
    #expect(await iterator.next() == CatalogChange(revision: 1, versions: [one.digest]))
    // An alias is no release; of two releases the last one counts.
    try home.registry.setAlias("stable", of: "spam", to: 1, expecting: nil, reason: nil, actor: "ada")
    catalog.refresh()
    try home.publish([one, two])
    catalog.refresh()
    try home.publish([two])
    catalog.refresh()
    #expect(await iterator.next() == CatalogChange(revision: 3, versions: [two.digest]))
  }

  @Test func aCatalogThatGoesEndsItsChanges() async throws {
    let home = try CatalogHome()
    var catalog: ModelCatalog? = try home.catalog()
    let changes = try #require(catalog?.changes())
    catalog = nil
    var count = 0
    for await _ in changes { count += 1 }
    #expect(count == 1)
  }

  @Test func filesThatGoAndComeBack() throws {
    let home = try CatalogHome()
    try home.publish([try home.version("spam")])
    try home.registry.close()
    let catalog = try home.catalog()
    // As `follow()` does: what is known needs no file any more.
    _ = try catalog.resolve("spam")
    let away = home.scratch.url("away")
    try FileManager.default.moveItem(at: home.url, to: away)
    catalog.refresh()
    #expect(catalog.problem?.contains("no such file") ?? false)
    #expect(try catalog.resolve("spam").id == "spam@1" && catalog.models(all: false).count == 2)
    catalog.refresh()
    try FileManager.default.moveItem(at: away, to: home.url)
    catalog.refresh()
    #expect(catalog.problem == nil && catalog.revision == 1)
  }

  /// A backup that is restored in the registry's place is another file by the same name.
  @Test func aRegistryThatIsPutInItsPlace() throws {
    let home = try CatalogHome()
    let (one, two) = (try home.version("spam"), try home.version("spam", 2))
    try home.publish([one])
    _ = try home.registry.backup(to: home.scratch.url("backup"))
    try home.publish([two])
    let catalog = try home.catalog()
    #expect(try catalog.resolve("spam").id == "spam@2")
    try home.registry.close()
    try FileManager.default.removeItem(at: home.url)
    catalog.refresh()
    #expect(catalog.problem != nil)
    _ = try Registry.restore(from: home.scratch.url("backup"), to: home.url)
    catalog.refresh()
    #expect(catalog.problem == nil && catalog.revision == 1)
    #expect(try catalog.resolve("spam").id == "spam@1")
    // And it is followed from there.
    let again = try Registry.open(home.url)
    try home.publish([two], by: again)
    catalog.refresh()
    #expect(try catalog.revision == 2 && catalog.resolve("spam").id == "spam@2")
  }

  @Test func anotherBaseIsNotServed() async throws {
    let home = try CatalogHome()
    try home.publish([try home.version("spam")])
    let catalog = try home.catalog()
    // As `follow()` does: what is known needs no file any more.
    _ = try catalog.resolve("spam")
    try home.registry.close()
    try FileManager.default.removeItem(at: home.url)
    let other = BaseRecord(
      path: "/models/other", weights: Digest(of: Data("others".utf8)), configuration: nil,
      tokenizer: CatalogHome.base.tokenizer)
    _ = try Registry.create(at: home.url, base: other, actor: "eve")
    for _ in 0..<2 {
      catalog.refresh()
      #expect(catalog.problem?.contains("the registry that is there now") ?? false)
      #expect(try catalog.resolve("spam").id == "spam@1" && catalog.revision == 1)
      try await Task.sleep(for: .milliseconds(260))
    }
  }

  /// Whatever lies where the database was: the last state stays, and nothing ends the process.
  @Test(arguments: ["garbage", "nothing", "folder", "pipe", "cut"]) func brokenFiles(kind: String) throws {
    let home = try CatalogHome()
    try home.publish([try home.version("spam")])
    try home.registry.close()
    let catalog = try home.catalog()
    // As `follow()` does: what is known needs no file any more.
    _ = try catalog.resolve("spam")
    let file = home.url.appendingPathComponent("registry.sqlite")
    if kind == "cut" {
      // In place, under the open connection.
      let handle = try FileHandle(forWritingTo: file)
      try handle.truncate(atOffset: 100)
      try handle.close()
    } else {
      try FileManager.default.removeItem(at: file)
      switch kind {
      case "garbage": try Data(repeating: 7, count: 9_000).write(to: file)
      case "nothing": try Data().write(to: file)
      case "pipe": mkfifo(file.path, 0o600)
      default: try FileManager.default.createDirectory(at: file, withIntermediateDirectories: true)
      }
    }
    for _ in 0..<3 {
      catalog.refresh()
      #expect(try catalog.resolve("spam").id == "spam@1")
      if kind != "cut" { #expect(catalog.problem != nil) }
    }
  }
}
