import Files
import Foundation
import Registry
import Serving
import ServingFixtures
import Testing

/// Is everybody told when the engine ends?
@Suite struct EngineEndTests {
  /// A server whose address is taken ends while it loads what is released: who waits for that must not wait for good.
  @Test(.timeLimit(.minutes(1))) func whoLoadsIsTold() async throws {
    let home = try ServingHome()
    let versions = try (0..<4).map { try home.add("task-\($0)", labels: ["no", "yes"], seed: $0).digest }
    let engine = try ServingEngine(home.base, registry: home.registry, options: EngineTests.options())
    await withTaskGroup(of: Void.self) { group in
      for version in versions {
        group.addTask {
          // Loaded in time, or refused.
          do { try await engine.load(version) } catch { #expect(error as? EngineFailure == .draining) }
        }
      }
      group.addTask { await engine.stop(cancelling: true) }
    }
    await #expect(throws: EngineFailure.draining) { try await engine.load(versions[0]) }
    await #expect(throws: EngineFailure.draining) { try await engine.unload(versions[0]) }
    await #expect(throws: EngineFailure.draining) { try await engine.pin(versions[0], true) }
    #expect(throws: EngineFailure.draining) { try engine.submit(EngineRequest([1])) }
    await engine.stop(cancelling: false)
  }

  /// The reason is a sentence already, or is not.
  @Test(arguments: ["it was unloaded", "Restore it from a backup."]) func oneFullStop(reason: String) {
    let text = EngineFailure.expertFailed(version: Digest(of: Data()), reason: reason).description
    #expect(text.contains("\(reason.trimmingSuffix(".")). `accrete registry verify`") && !text.contains(".."))
  }
}

extension String {
  fileprivate func trimmingSuffix(_ suffix: String) -> Substring {
    hasSuffix(suffix) ? dropLast(suffix.count) : self[...]
  }
}
