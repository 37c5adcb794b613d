import Files
import Foundation
import Testing

@Suite struct NewFolderTests {
  /// What a killed process has left of the same folder goes; what is another's stays.
  @Test func leftoversGo() throws {
    let parent = FileManager.default.temporaryDirectory.appendingPathComponent("new-folder-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: parent) }
    // Process 1 lives, and no process has a number beyond what the system gives.
    for name in [".a.999999999.partial", ".a.1.partial", ".ab.999999999.partial", ".a.x.partial"] {
      try FileManager.default.createDirectory(
        at: parent.appendingPathComponent(name), withIntermediateDirectories: true)
    }
    try NewFolder.make(parent.appendingPathComponent("a")) { try Data().write(to: $0.appendingPathComponent("file")) }
    let names = try FileManager.default.contentsOfDirectory(atPath: parent.path).sorted()
    #expect(names == [".a.1.partial", ".a.x.partial", ".ab.999999999.partial", "a"])
  }
}
