import Access
import Files
import Foundation
import HTTPTypes
import HummingbirdTesting
import Serving
import Synchronization
import TestSupport
import Testing

@testable import HTTPServer

/// Does a key get what it may, and no more, and is nothing of one key's requests seen by another?
@Suite struct KeyLimitTests {
  private static let body = #"{"model":"base","messages":[{"role":"user","content":"abc"}],"max_tokens":5"#
  private static let path = "/v1/chat/completions"

  private func bearer(_ key: String) -> HTTPFields { [.authorization: "Bearer \(key)"] }

  /// Whoever has as many as he may have is refused, until one of them is over.
  @Test func howManyAtOnce() async throws {
    let scratch = try Scratch()
    let keys = try AccessKeys.open(in: scratch.url)
    let key = try keys.create(AccessKeyRequest("one", limits: AccessLimits(concurrency: 1))).key
    let server = FakeServer(keys: keys)
    server.engine.state.withLock { ($0.events, $0.staysOpen) = ([.admitted(cachedTokens: 0)], true) }
    let ask = Self.body + #","stream":true}"#
    try await server.publicApplication.test(.live) { client in
      let connection = try RawConnection(port: try #require(client.port))
      connection.send(
        "POST \(Self.path) HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer \(key)\r\ncontent-type: application/json\r\ncontent-length: \(ask.utf8.count)\r\n\r\n\(ask)"
      )
      try await eventually { server.engine.state.withLock { $0.requests.count == 1 } }
      let second = try await server.ask(.post, Self.path, Self.body + "}", headers: bearer(key))
      #expect(second.status == 429 && second.header("retry-after") == "1", "\(second.body)")
      #expect(try second.code() == "requests_exceeded")
      connection.leave()
      try await eventually { server.core.drain.running == 0 }
    }
    server.engine.state.withLock { ($0.events, $0.staysOpen) = (FakeEngine.hello, false) }
    var third = try await server.ask(.post, Self.path, Self.body + "}", headers: bearer(key))
    // What the first one held goes with it, in an order that nobody promises.
    for _ in 0..<1_000 where third.status == 429 {
      try await Task.sleep(for: .milliseconds(5))
      third = try await server.ask(.post, Self.path, Self.body + "}", headers: bearer(key))
    }
    #expect(third.status == 200, "\(third.body)")
  }

  @Test func sixHeaders() async throws {
    let scratch = try Scratch()
    let keys = try AccessKeys.open(in: scratch.url)
    let limits = AccessLimits(requestsPerMinute: 1, tokensPerMinute: 100)
    let server = FakeServer(keys: keys)
    let key = try keys.create(AccessKeyRequest("k", limits: limits)).key
    for status in [200, 429] {
      let answer = try await server.ask(.post, Self.path, Self.body + "}", headers: bearer(key))
      #expect(answer.status == status)
      for what in ["requests", "tokens"] {
        for part in ["limit", "remaining", "reset"] {
          let name = "x-ratelimit-\(part)-\(what)"
          #expect(answer.header(name)?.isEmpty == false, "\(status): \(name)")
        }
      }
      #expect(answer.header("x-ratelimit-limit-tokens") == "100")
      #expect(answer.header("x-ratelimit-remaining-requests") == "0")
    }
  }

  /// Addresses stand in logs, of this server and of those before it.
  @Test func aKeyOfAnAddressIsNone() async throws {
    let scratch = try Scratch()
    let keys = try AccessKeys.open(in: scratch.url)
    let key = try keys.create(AccessKeyRequest("k")).key
    let server = FakeServer(keys: keys)
    for name in ["api_key", "key", "authorization", "access_token"] {
      let answer = try await server.ask(.post, Self.path + "?\(name)=\(key)", Self.body + "}")
      #expect(answer.status == 401 && !answer.body.contains(key), "\(name)")
    }
  }

  /// Beginnings of prompts are kept for a key, and for each salt of it.
  @Test func everyKeyHasItsOwnScope() async throws {
    let scratch = try Scratch()
    let keys = try AccessKeys.open(in: scratch.url)
    let server = FakeServer(keys: keys)
    for name in ["one", "two"] {
      let key = try keys.create(AccessKeyRequest(name)).key
      for more in ["}", #","accrete":{"cache_salt":"x"}}"#, #","accrete":{"cache_salt":"y"}}"#] {
        #expect(try await server.ask(.post, Self.path, Self.body + more, headers: bearer(key)).status == 200)
      }
    }
    let requests = server.engine.state.withLock { $0.requests }
    #expect(requests.count == 6 && Set(requests.map(\.scope)).count == 6 && Set(requests.map(\.asker)).count == 2)
  }
}
