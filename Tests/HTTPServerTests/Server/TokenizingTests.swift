import HTTPTypes
import Synchronization
import Testing

@testable import HTTPServer

/// Does what is cut into tokens take its turn, whichever path it came by?
@Suite struct TokenizingTests {
  @Test(arguments: [
    ("/v1/chat/completions", #"{"model":"base","messages":[{"role":"user","content":"abc"}]}"#),
    ("/v1/chat/completions", #"{"model":"spam","messages":[{"role":"user","content":"abc"}]}"#),
    ("/v1/completions", #"{"model":"base","prompt":["abc","de"]}"#),
  ])
  func takesItsTurn(_ path: String, _ body: String) async throws {
    let server = FakeServer()
    let answer = try await server.ask(.post, path, body)
    #expect(answer.status == 200, "\(answer.body)")
    #expect(server.engine.state.withLock { $0.tokenized } == [body.utf8.count])
  }
}
