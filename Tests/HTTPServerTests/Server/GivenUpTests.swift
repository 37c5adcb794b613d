import HTTPTypes
import Serving
import Synchronization
import Testing

@testable import HTTPServer

/// Is a request that the server itself gives up counted, by the reason?
@Suite struct GivenUpTests {
  private static let body = #"{"model":"notes","messages":[{"role":"user","content":"abc"}]"#

  private func expect(_ reason: CancelReason?, _ server: FakeServer, _ what: String) throws {
    let page = try PrometheusPage(server.core.metrics.text())
    for other in CancelReason.allCases {
      let count = page.value("accrete_cancelled_total", ["reason": other.rawValue])
      #expect(count == (other == reason ? 1 : 0), "\(what): \(other)")
    }
    #expect(page.value("accrete_request_success_total", ["finished_reason": "error"]) == 0, "\(what)")
  }

  /// Refused by the engine, before its first event, and in the middle.
  @Test(
    arguments: [
      (EngineFailure.draining, CancelReason.draining), (.unloaded(version: FakeCatalog.notesDigest), .unloaded),
      (.deadlineExceeded, .deadline),
    ], ["}", #","stream":true}"#])
  func byTheEngine(_ given: (failure: EngineFailure, reason: CancelReason), _ end: String) async throws {
    for (number, events) in [nil, [], [EngineEvent.admitted(cachedTokens: 0)]].enumerated() {
      let server = FakeServer()
      server.engine.state.withLock { state in
        if let events { state.events = events + [.failed(given.failure)] } else { state.refusal = given.failure }
      }
      // A stream that fails in its middle is cut off, which the client of a test may take for an error.
      _ = try? await server.ask(.post, "/v1/chat/completions", Self.body + end)
      try expect(given.reason, server, "\(given.failure), \(number), \(end)")
    }
  }

  /// The engine went while it wrote: nobody says why, and it goes only with the server.
  @Test(arguments: ["}", #","stream":true}"#]) func withoutAnEnd(_ end: String) async throws {
    let server = FakeServer()
    server.engine.state.withLock { $0.events = [.admitted(cachedTokens: 0)] }
    _ = try? await server.ask(.post, "/v1/chat/completions", Self.body + end)
    try expect(.draining, server, end)
  }

  /// What answers with labels has no stream of events.
  @Test func labels() async throws {
    let server = FakeServer()
    server.engine.state.withLock { $0.refusal = .unloaded(version: FakeCatalog.spamDigest) }
    let answer = try await server.ask(.post, "/accrete/v1/classify", #"{"model":"spam","input":["abc"]}"#)
    #expect(answer.status == 503)
    try expect(.unloaded, server, "classify")
  }

  /// Whoever comes too late was never taken in.
  @Test func whatComesTooLateIsNotCounted() async throws {
    let server = FakeServer()
    server.core.drain.move(to: .draining)
    #expect(try await server.ask(.post, "/v1/chat/completions", Self.body + "}").status == 503)
    try expect(nil, server, "too late")
  }
}
