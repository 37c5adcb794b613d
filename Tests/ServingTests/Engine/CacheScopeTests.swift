import Decoder
import Serving
import ServingFixtures
import Testing

/// Is what was read for one asker kept apart from others? How long an answer takes, and `cached_tokens`, would tell what they have asked.
@Suite(.serialized) struct CacheScopeTests {
  @Test func beginningsAreOfOneScope() async throws {
    let home = try ServingHome()
    let engine = try ServingEngine(home.base, registry: home.registry, options: try EngineTests.options())
    // All but the last token, which is read to have its state.
    let prompt = (0..<150).map { 100 + $0 }
    for (scope, cached) in [("a", 0), ("a", 149), ("b", 0), ("a/salt", 0), ("b", 149), ("a", 149), ("", 0)] {
      let options = GenerationOptions(maxTokens: 1, stopsAtEnd: false)
      let answer = await EngineTests.read(try engine.submit(EngineRequest(prompt, options: options, scope: scope)))
      #expect(answer.failure == nil && answer.cached == cached, "\(scope)")
    }
    await engine.stop(cancelling: false)
  }
}
