import Access
import Files
import Foundation
import HummingbirdTesting
import Serving
import Synchronization
import TestSupport
import Testing

@testable import HTTPServer

/// What only a connection shows: clients that leave, are slow, or do not speak HTTP.
@Suite struct LiveTests {
  private let template = #"{"model":"base","messages":[{"role":"user","content":"abc"}],"stream":STREAM}"#

  private func request(_ path: String, _ body: String) -> String {
    "POST \(path) HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: \(body.utf8.count)\r\n\r\n\(body)"
  }

  private func chat(stream: Bool) -> String {
    request("/v1/chat/completions", template.replacing("STREAM", with: "\(stream)"))
  }

  private static func body(_ answer: String) -> String {
    answer.range(of: "\r\n\r\n").map { String(answer[$0.upperBound...]) } ?? ""
  }

  @Test(arguments: [
    "HELLO\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "GET /\u{1} HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nbad header\r\n\r\n",
    "POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: x\r\n\r\n",
  ])
  func whatIsNotHTTPGetsAnErrorInOpenAIsForm(_ bytes: String) async throws {
    try await FakeServer().connected { port in
      let connection = try RawConnection(port: port)
      connection.send(bytes)
      // It ends: the connection is closed.
      let answer = connection.rest()
      #expect(answer.hasPrefix("HTTP/1.1 400 "), "\(answer)")
      let error = try JSONTree(Data(Self.body(answer).utf8))["error"]
      #expect(error?["code"]?.string == "invalid_http" && error?["type"]?.string == "invalid_request_error")
    }
  }

  @Test func headersThatAreTooLarge() async throws {
    try await FakeServer().connected { port in
      let connection = try RawConnection(port: port)
      connection.send("GET /healthz HTTP/1.1\r\nhost: localhost\r\nx: \(String(repeating: "y", count: 20_000))\r\n\r\n")
      let answer = connection.rest()
      #expect(answer.hasPrefix("HTTP/1.1 431 ") && answer.contains("headers_too_large"), "\(answer.prefix(200))")
    }
  }

  /// Behind an answer on the same connection.
  @Test func whatFollowsARequestAndIsNotHTTP() async throws {
    try await FakeServer().connected { port in
      let connection = try RawConnection(port: port)
      connection.send("GET /version HTTP/1.1\r\nhost: localhost\r\n\r\nGARBAGE\r\n\r\n")
      let answer = connection.rest()
      #expect(answer.hasPrefix("HTTP/1.1 200 ") && answer.contains("1.2.3") && answer.contains("invalid_http"))
    }
  }

  @Test func aConnectionIsUsedAgain() async throws {
    try await FakeServer().connected { [chat = chat(stream: false)] port in
      let connection = try RawConnection(port: port)
      for _ in 0..<3 {
        connection.send(chat)
        #expect(connection.read(until: "prompt_tokens_digest").contains("Hello"))
      }
    }
  }

  /// They know the end by the connection's, and no chunks; and some spell what they want in capitals.
  @Test(arguments: [(true, "HTTP/1.0", "accept"), (false, "HTTP/1.0", "accept"), (false, "HTTP/1.1", "Connection")])
  func olderClientsReadToTheEnd(_ isStreamed: Bool, _ version: String, _ header: String) async throws {
    let request = chat(stream: isStreamed).replacing("HTTP/1.1\r\n", with: "\(version)\r\n\(header): Close\r\n")
    var limits = ServerLimits()
    limits.idleTime = .seconds(3_600)
    try await FakeServer(limits: limits).connected { port in
      let connection = try RawConnection(port: port)
      connection.send(request)
      let started = ContinuousClock.now
      let answer = connection.rest()
      // The connection stays open where it is not closed, until the reader gives up after four minutes.
      #expect(started.duration(to: .now) < .seconds(200))
      #expect(answer.hasPrefix("\(version) 200 ") && !answer.lowercased().contains("chunked"), "\(answer)")
      let body = Self.body(answer)
      #expect(body.hasPrefix(isStreamed ? "data: {" : "{"), "\(answer)")
      #expect(body.hasSuffix(isStreamed ? "data: [DONE]\n\n" : "}"), "\(answer)")
    }
  }

  @Test func slowHeadersAreGivenUp() async throws {
    var limits = ServerLimits()
    limits.headerTime = .milliseconds(200)
    try await FakeServer(limits: limits).connected { port in
      let connection = try RawConnection(port: port)
      connection.send("GET /healthz HTT")
      let started = ContinuousClock.now
      #expect(connection.rest().isEmpty && started.duration(to: .now) < .seconds(60))
    }
  }

  @Test func slowBodiesAreGivenUp() async throws {
    var limits = ServerLimits()
    limits.bodyTime = .milliseconds(200)
    try await FakeServer(limits: limits).connected { port in
      let connection = try RawConnection(port: port)
      connection.send(
        "POST /v1/completions HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"
      )
      let answer = connection.rest()
      #expect(answer.hasPrefix("HTTP/1.1 504 ") && answer.contains("deadline_exceeded"), "\(answer)")
    }
  }

  /// The answer to a guess waits for longer and longer, and nothing is kept for one that nobody waits for.
  @Test func whoGuessesKeysAndLeavesHoldsNothing() async throws {
    let scratch = try Scratch()
    let server = FakeServer(keys: try AccessKeys.open(in: scratch.url))
    try await server.publicApplication.test(.live) { client in
      let port = try #require(client.port)
      let guesses = try (0..<14).map { _ in try RawConnection(port: port) }
      for guess in guesses { guess.send("GET /v1/models HTTP/1.1\r\nhost: localhost\r\n\r\n") }
      try await eventually { server.core.failures.all["invalid_api_key"].map { $0.count >= 10 } ?? false }
      for guess in guesses { guess.leave() }
      // The test's own client has one.
      try await eventually { server.core.connections.count <= 1 }
    }
  }

  @Test func idleConnectionsAreClosed() async throws {
    var limits = ServerLimits()
    limits.idleTime = .milliseconds(200)
    try await FakeServer(limits: limits).connected { port in
      let connection = try RawConnection(port: port)
      let started = ContinuousClock.now
      #expect(connection.rest().isEmpty && started.duration(to: .now) < .seconds(60))
    }
  }

  /// Whether its answer comes at once or in pieces, and whether anything came already.
  @Test(arguments: [(false, false), (true, false), (true, true)])
  func whoLeavesGivesUpItsPlace(_ isStreamed: Bool, _ hasBegun: Bool) async throws {
    let server = FakeServer()
    server.engine.state.withLock {
      $0.events = hasBegun ? Array(FakeEngine.hello.prefix(2)) : []
      $0.staysOpen = true
    }
    let request = chat(stream: isStreamed)
    try await server.publicApplication.test(.live) { client in
      let port = try #require(client.port)
      let connection = try RawConnection(port: port)
      connection.send(request)
      try await eventually { server.engine.state.withLock { !$0.requests.isEmpty } }
      #expect(server.core.drain.running == 1)
      connection.leave()
      try await eventually { server.engine.state.withLock { $0.cancelled == 1 } }
      try await eventually { server.core.drain.running == 0 }
    }
    let metrics = String(decoding: server.core.metrics.text(), as: UTF8.self)
    #expect(metrics.contains(#"accrete_cancelled_total{reason="disconnected"} 1"#))
  }

  /// Clients that reset their connection with the last byte of their request: some are gone before anybody has looked at it.
  @Test(arguments: [false, true]) func whoLeavesAtOnceIsNotAnswered(_ isStreamed: Bool) async throws {
    let server = FakeServer()
    server.engine.state.withLock {
      $0.events = []
      $0.staysOpen = true
    }
    try await server.publicApplication.test(.live) { [request = chat(stream: isStreamed)] client in
      let port = try #require(client.port)
      for _ in 0..<100 {
        let connection = try RawConnection(port: port)
        connection.send(request)
        connection.reset()
      }
      // Whoever comes later is answered behind all of these.
      try await eventually { server.core.drain.running == 0 }
    }
    #expect(server.engine.state.withLock { $0.cancelled == $0.requests.count })
  }

  @Test func aFailureBehindTheFirstByteIsAnEventAndTheEnd() async throws {
    let server = FakeServer()
    server.engine.state.withLock {
      $0.events = Array(FakeEngine.hello.prefix(2)) + [.failed(.deadlineExceeded)]
    }
    try await server.connected { [chat = chat(stream: true)] port in
      let connection = try RawConnection(port: port)
      connection.send(chat)
      let answer = connection.rest()
      #expect(answer.hasPrefix("HTTP/1.1 200 ") && answer.contains(#"data: {"error":{"#))
      #expect(answer.contains("deadline_exceeded") && !answer.contains("[DONE]"))
    }
  }

  @Test func silenceIsBrokenByPings() async throws {
    var limits = ServerLimits()
    limits.pingTime = .milliseconds(100)
    let server = FakeServer(limits: limits)
    server.engine.state.withLock {
      $0.events = Array(FakeEngine.hello.prefix(2))
      $0.staysOpen = true
    }
    try await server.connected { [chat = chat(stream: true)] port in
      let connection = try RawConnection(port: port)
      connection.send(chat)
      #expect(connection.read(until: ": ping\n\n").contains(": ping\n\n"))
    }
  }
}
