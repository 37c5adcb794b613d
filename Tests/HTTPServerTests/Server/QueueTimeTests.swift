import Foundation
import HTTPTypes
import Serving
import Synchronization
import Testing

@testable import HTTPServer

/// How long may a request have to wait for a place?
@Suite struct QueueTimeTests {
  private static let cases: [(path: String, body: String)] = [
    ("/v1/chat/completions", #""model":"notes","messages":[{"role":"user","content":"abc"}]"#),
    ("/v1/chat/completions", #""model":"spam","messages":[{"role":"user","content":"abc"}]"#),
    ("/v1/completions", #""model":"base","prompt":"abc""#),
    ("/accrete/v1/classify", #""model":"spam","input":["abc"]"#), ("/accrete/v1/route", #""input":["abc"]"#),
  ]

  private func queueTimes(_ path: String, _ body: String) async throws -> [Duration?] {
    let server = FakeServer()
    let answer = try await server.ask(.post, path, "{\(body)}")
    #expect(answer.status == 200, "\(answer.body)")
    return server.engine.state.withLock { $0.requests.map(\.queueTime) + $0.queueTimes }
  }

  /// Thirty seconds where it says nothing; who gives a time of his own wants to wait that long.
  @Test(arguments: cases) func aRequestMayHaveATimeOfItsOwn(_ path: String, _ body: String) async throws {
    #expect(try await queueTimes(path, body) == [.seconds(30)])
    #expect(try await queueTimes(path, body + #","accrete":{"deadline_ms":100000}"#) == [nil])
  }
}
