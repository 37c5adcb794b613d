import HTTPTypes
import Serving
import Synchronization
import Testing

@testable import HTTPServer

/// What the engine has not measured is not zero.
@Suite struct PageRateTests {
  @Test(arguments: [(0.0, "not known yet"), (12.5, "12.5")]) func tokensASecond(rate: Double, shown: String)
    async throws
  {
    let server = FakeServer()
    server.engine.state.withLock { $0.statistics.tokensPerSecond = rate }
    for path in ["/", "/serving"] {
      #expect(try await server.ask(.get, path, isAdmin: true).body.contains(shown), "\(path)")
    }
  }
}
