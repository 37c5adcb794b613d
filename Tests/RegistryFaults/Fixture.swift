import AuditedDatabase
import Files
import Foundation
import Registry

/// Makes a small registry with rows in every table, to be kept in the tests when its schema is released.
struct Fixture {
  let folder: URL

  init(_ folder: URL) { self.folder = folder }

  func run() throws {
    let url = folder.appendingPathComponent("registry")
    var registry = try Registry.create(at: url, base: Operations.base, actor: "tester", clock: Operations.clock(0))
    let operations = Operations(seed: 1)
    for index in 0..<16 {
      registry = try Operations.open(url, index)
      try operations.run(index, registry)
      try registry.close()
    }
    registry = try Registry.open(url)
    let expected = [
      "audit": try registry.auditHead().hash.description,
      "versions": try registry.versions().map { "\($0.reference)" }.joined(separator: " "),
      "release": try registry.currentRelease()?.record.manifest.description ?? "",
    ]
    try registry.close()
    try JSONFile.write(expected, to: url.appendingPathComponent("expected.json"))
    for name in ["blobs/tmp", "registry.lock", "write.lock"] {
      try? FileManager.default.removeItem(at: url.appendingPathComponent(name))
    }
    print("{}")
  }
}
