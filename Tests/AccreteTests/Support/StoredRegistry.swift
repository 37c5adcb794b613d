import Foundation
import TestSupport

/// The registry that is kept in the tests of its module: four tasks, six releases, the last of two tasks.
enum StoredRegistry {
  /// A copy of it, in the folder `registry`.
  static func copy() throws -> Scratch {
    var tests = URL(fileURLWithPath: #filePath)
    for _ in 0..<3 { tests.deleteLastPathComponent() }
    let scratch = try Scratch()
    try scratch.copy(tests.appendingPathComponent("RegistryTests/Resources/schema-1"), as: "registry")
    return scratch
  }
}
