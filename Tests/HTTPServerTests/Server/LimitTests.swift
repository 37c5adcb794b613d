import Access
import Foundation
import HTTPTypes
import Serving
import Synchronization
import TestSupport
import Testing

@testable import HTTPServer

/// Do limits hold at the limit, and one beyond it? Those of single fields are in `FieldCase`.
@Suite struct LimitTests {
  private let path = "/v1/chat/completions"

  /// The base reads 256 tokens here, a byte each.
  @Test(arguments: [(6, 200), (7, 400)]) func aPromptThatFillsTheContext(_ written: Int, _ status: Int) async throws {
    let prompt = String(repeating: "a", count: 250)
    let body = #"{"model":"base","max_tokens":\#(written),"messages":[{"role":"user","content":"\#(prompt)"}]}"#
    let answer = try await FakeServer().ask(.post, path, body)
    #expect(answer.status == status, "\(answer.body)")
  }

  /// Three tokens are read, and eight times five may be written.
  @Test(arguments: [(43, 200), (42, 429)]) func everyTextCounts(_ tokensPerMinute: Int, _ status: Int) async throws {
    let scratch = try Scratch()
    let keys = try AccessKeys.open(in: scratch.url)
    let key = try keys.create(AccessKeyRequest("k", limits: AccessLimits(tokensPerMinute: tokensPerMinute))).key
    let server = FakeServer(keys: keys)
    let body = #"{"model":"base","max_tokens":5,"n":8,"messages":[{"role":"user","content":"abc"}]}"#
    let answer = try await server.ask(.post, path, body, headers: [.authorization: "Bearer \(key)"])
    #expect(answer.status == status, "\(answer.body)")
  }

  /// The first line's target counts among them.
  @Test(arguments: [(0, 200), (1, 431)]) func headersAtTheLimit(_ more: Int, _ status: Int) async throws {
    let target = "/version"
    let known = target.utf8.count + "host".utf8.count + "localhost".utf8.count + "x".utf8.count
    try await FakeServer().connected { port in
      let connection = try RawConnection(port: port)
      let value = String(repeating: "y", count: ServerLimits().headerBytes - known + more)
      connection.send("GET \(target) HTTP/1.1\r\nhost: localhost\r\nx: \(value)\r\n\r\n")
      #expect(connection.read(until: "\r\n\r\n").hasPrefix("HTTP/1.1 \(status) "))
    }
  }

  @Test(arguments: [(0, 200), (1, 431)]) func howManyHeaders(_ more: Int, _ status: Int) async throws {
    try await FakeServer().connected { port in
      let connection = try RawConnection(port: port)
      let others = (1..<ServerLimits().headerCount + more).map { "x\($0): y\r\n" }.joined()
      connection.send("GET /version HTTP/1.1\r\nhost: localhost\r\n\(others)\r\n")
      #expect(connection.read(until: "\r\n\r\n").hasPrefix("HTTP/1.1 \(status) "))
    }
  }

  /// What a request says of its time makes it shorter, and never longer.
  @Test(arguments: [
    ("", 5_000), (#","accrete":{"deadline_ms":600000}"#, 5_000), (#","accrete":{"deadline_ms":1000}"#, 1_000),
  ])
  func howLongARequestMayTake(_ more: String, _ milliseconds: Int) async throws {
    var limits = ServerLimits()
    limits.requestTime = .seconds(5)
    let server = FakeServer(limits: limits)
    let before = ContinuousClock.now
    // What becomes of it does not matter: other tests may hold all threads for longer than that.
    _ = try await server.ask(.post, path, #"{"model":"base","messages":[{"role":"user","content":"abc"}]"# + more + "}")
    let deadline = try #require(server.engine.state.withLock { $0.requests.first?.deadline })
    #expect(deadline >= before + .milliseconds(milliseconds) && deadline <= .now + .milliseconds(milliseconds))
  }

  @Test func whatIsUsual() {
    let limits = ServerLimits()
    #expect(limits.bodyBytes == 1 << 20 && limits.headerBytes == 16 << 10 && limits.headerCount == 128)
    #expect(limits.connections == 4_096 && limits.headerTime == .seconds(10) && limits.bodyTime == .seconds(30))
    #expect(limits.idleTime == .seconds(75) && limits.requestTime == .seconds(600))
    #expect(limits.queueTime == .seconds(30) && limits.stallTime == .seconds(30) && limits.pingTime == .seconds(15))
  }
}
