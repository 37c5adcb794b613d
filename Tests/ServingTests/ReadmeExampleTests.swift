import Foundation
import Registry
import Serving
import TaskModels
import Testing

/// What the README shows compiles, and says what is wrong where there is no registry.
@Suite struct ReadmeExampleTests {
  func example(_ url: URL) throws -> String {
    let registry = try Registry.open(url, access: .reading)
    let model = try registry.load("spam")
    return try model.predict("You have won a prize!").text
  }

  @Test func noRegistryIsSaid() {
    let nowhere = FileManager.default.temporaryDirectory.appendingPathComponent("no-registry-\(UUID().uuidString)")
    #expect(throws: RegistryError.self) { try example(nowhere) }
  }
}
