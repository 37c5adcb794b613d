import Foundation
import HTTPTypes
import HummingbirdTesting
import Serving
import Synchronization
import Testing

@testable import HTTPServer

/// What becomes of clients that read or write next to nothing?
@Suite struct SlowClientTests {
  private static func post(_ headers: String) -> String {
    "POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\(headers)\r\n\r\n"
  }

  /// One that reads nothing of a long answer is given up, and told apart from one that left.
  @Test func whoReadsNothingIsStalled() async throws {
    var limits = ServerLimits()
    limits.stallTime = .milliseconds(200)
    let server = FakeServer(limits: limits)
    // More than the system keeps for a socket: the same text again and again.
    let text = String(repeating: "x", count: 1 << 16)
    let piece = EngineEvent.piece(choice: 0, text: text, tokens: [SampledToken(id: 1)])
    server.engine.state.withLock {
      $0.events = [.admitted(cachedTokens: 0)] + [EngineEvent](repeating: piece, count: 1_000)
      $0.staysOpen = true
    }
    let body = #"{"model":"base","messages":[{"role":"user","content":"abc"}],"stream":true}"#
    try await server.publicApplication.test(.live) { client in
      let connection = try RawConnection(port: try #require(client.port))
      connection.send(Self.post("content-length: \(body.utf8.count)") + body)
      try await eventually { server.engine.state.withLock { $0.cancelled == 1 } }
      try await eventually { server.core.drain.running == 0 }
      withExtendedLifetime(connection) {}
    }
    let metrics = String(decoding: server.core.metrics.text(), as: UTF8.self)
    #expect(metrics.contains(#"accrete_cancelled_total{reason="stalled"} 1"#))
    #expect(metrics.contains(#"accrete_cancelled_total{reason="disconnected"} 0"#))
  }

  /// A gigabyte that is announced is refused before it comes.
  @Test func aBodyThatIsAnnouncedTooLarge() async throws {
    try await FakeServer().connected { port in
      let connection = try RawConnection(port: port)
      connection.send(Self.post("content-length: 1073741824") + "{")
      let answer = connection.rest()
      #expect(answer.hasPrefix("HTTP/1.1 413 ") && answer.contains("body_too_large"), "\(answer)")
    }
  }

  /// One that comes in chunks, of which nobody knows how many follow, is read to the limit and no further.
  @Test func aBodyInDribblesEndsAtTheLimit() async throws {
    var limits = ServerLimits()
    limits.bodyBytes = 4_096
    // It is the size that ends it, and not the time.
    limits.bodyTime = .seconds(3_600)
    try await FakeServer(limits: limits).connected { port in
      let connection = try RawConnection(port: port)
      connection.send(Self.post("transfer-encoding: chunked"))
      for _ in 0..<65 { connection.send("40\r\n\(String(repeating: " ", count: 64))\r\n") }
      let answer = connection.rest()
      #expect(answer.hasPrefix("HTTP/1.1 413 ") && answer.contains("body_too_large"), "\(answer)")
    }
  }

  /// A refusal that needs no body leaves nobody a connection for as long as he likes.
  @Test func aBodyThatNobodyReadsHasToEnd() async throws {
    var limits = ServerLimits()
    limits.bodyTime = .milliseconds(200)
    limits.idleTime = .seconds(3_600)
    try await FakeServer(limits: limits).connected { port in
      let connection = try RawConnection(port: port)
      connection.send(
        Self.post("content-length: 100").replacing("/v1/chat/completions", with: "/v1/nothing") + "{")
      let started = ContinuousClock.now
      let answer = connection.rest()
      #expect(answer.hasPrefix("HTTP/1.1 404 ") && answer.contains("route_not_found"), "\(answer)")
      // The reader gives up after four minutes.
      #expect(started.duration(to: .now) < .seconds(200))
    }
  }

  @Test(arguments: [(0, 400), (1, 413)]) func bodiesAtTheLimit(_ more: Int, _ status: Int) async throws {
    var limits = ServerLimits()
    limits.bodyBytes = 4_096
    let body = String(repeating: " ", count: limits.bodyBytes + more)
    let answer = try await FakeServer(limits: limits).ask(.post, "/v1/chat/completions", body)
    // At the limit it is read, and is no JSON.
    #expect(answer.status == status, "\(answer.body)")
    #expect(ServerLimits().bodyBytes == 1 << 20)
  }

  /// One more than may be open waits until another one goes.
  @Test func connectionsAtTheLimit() async throws {
    var limits = ServerLimits()
    limits.connections = 4
    let server = FakeServer(limits: limits)
    try await server.listening { port in
      let request = "GET /version HTTP/1.1\r\nhost: localhost\r\n\r\n"
      var connections = try (0..<4).map { _ in try RawConnection(port: port) }
      for connection in connections {
        connection.send(request)
        if !connection.read(until: "1.2.3").contains("1.2.3") { Issue.record("one of the first four was not answered") }
      }
      let late = try RawConnection(port: port)
      late.send(request)
      #expect(late.isSilent(for: 0.3))
      connections.removeLast()
      #expect(late.read(until: "1.2.3").contains("1.2.3"))
      #expect(ServerLimits().connections == 4_096)
    }
  }
}
