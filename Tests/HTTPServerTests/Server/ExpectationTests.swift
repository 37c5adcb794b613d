import Access
import Foundation
import TestSupport
import Testing

@testable import HTTPServer

/// Is a client that asks first told whether to send its body (RFC 9110, 10.1.1)?
@Suite struct ExpectationTests {
  private static let body = #"{"model":"base","messages":[{"role":"user","content":"abc"}]}"#

  private static func head(
    _ path: String = "/v1/chat/completions", length: Int? = nil, expect: String = "100-continue",
    version: String = "HTTP/1.1", more: String = ""
  ) -> String {
    "POST \(path) \(version)\r\nhost: localhost\r\ncontent-type: application/json\r\nexpect: \(expect)\r\ncontent-length: \(length ?? body.utf8.count)\r\n\(more)\r\n"
  }

  private static func closes(_ answer: String) -> Bool { answer.lowercased().contains("connection: close") }

  /// Nothing is sent before it is told to; and the connection is used again.
  @Test func whoWaitsIsToldToGoOn() async throws {
    try await FakeServer().connected { port in
      let connection = try RawConnection(port: port)
      for _ in 0..<2 {
        connection.send(Self.head())
        #expect(connection.read(until: "100 Continue\r\n\r\n").hasSuffix("HTTP/1.1 100 Continue\r\n\r\n"))
        #expect(connection.isSilent(for: 0.1))
        connection.send(Self.body)
        let answer = connection.read(until: "prompt_tokens_digest")
        #expect(answer.hasPrefix("HTTP/1.1 200 ") && answer.contains("Hello") && !Self.closes(answer), "\(answer)")
      }
    }
  }

  /// The final status comes at once, and is the connection's last: a body might follow, or not.
  @Test(arguments: [
    ("/v1/nothing", 10, "application/json", "404"), ("/v1/models", 10, "application/json", "405"),
    ("/v1/chat/completions", 1 << 30, "application/json", "413"),
    ("/v1/chat/completions", 10, "text/plain", "415"),
  ])
  func whatIsRefusedByItsHead(_ path: String, _ length: Int, _ type: String, _ status: String) async throws {
    try await FakeServer().connected { port in
      let connection = try RawConnection(port: port)
      connection.send(Self.head(path, length: length).replacing("application/json", with: type))
      let answer = connection.rest()
      #expect(answer.hasPrefix("HTTP/1.1 \(status) ") && Self.closes(answer), "\(answer)")
    }
  }

  /// Behind an answer that said that it is the last nothing is answered (RFC 9112, 9.6), however long the connection stays open.
  @Test func nothingIsAnsweredBehindTheLast() async throws {
    try await FakeServer().connected { port in
      let connection = try RawConnection(port: port)
      connection.send(Self.head("/v1/nothing", length: 10))
      let answer = connection.read(until: "}}")
      #expect(answer.hasPrefix("HTTP/1.1 404 ") && Self.closes(answer), "\(answer)")
      connection.send("0123456789GET /version HTTP/1.1\r\nhost: localhost\r\n\r\n")
      #expect(connection.rest().isEmpty)
    }
  }

  @Test func whoHasNoKeyIsToldAtOnce() async throws {
    let scratch = try Scratch()
    try await FakeServer(keys: try AccessKeys.open(in: scratch.url)).connected { port in
      let connection = try RawConnection(port: port)
      connection.send(Self.head())
      let answer = connection.rest()
      #expect(answer.hasPrefix("HTTP/1.1 401 ") && Self.closes(answer), "\(answer)")
    }
  }

  @Test func aServerThatEndsWantsNoBody() async throws {
    let server = FakeServer()
    server.core.drain.move(to: .draining)
    try await server.connected { port in
      let connection = try RawConnection(port: port)
      connection.send(Self.head())
      #expect(connection.rest().hasPrefix("HTTP/1.1 503 "))
    }
  }

  /// Whoever does not wait needs no word.
  @Test(arguments: ["HTTP/1.0", "HTTP/1.1"]) func whoDoesNotWait(_ version: String) async throws {
    try await FakeServer().connected { port in
      let connection = try RawConnection(port: port)
      connection.send(Self.head(version: version, more: "connection: close\r\n") + Self.body)
      let answer = connection.rest()
      #expect(answer.contains("\(version) 200 ") && answer.contains("Hello"), "\(answer)")
      // It came in one piece with the head, mostly; where it did not, 1.1 may be told so, and 1.0 knows no such word.
      if version == "HTTP/1.0" { #expect(!answer.contains(" 100 "), "\(answer)") }
    }
  }

  /// It waits behind a request that is being answered: its word does not come into that one's answer.
  @Test func behindAnotherRequest() async throws {
    try await FakeServer().connected { port in
      let connection = try RawConnection(port: port)
      connection.send("GET /version HTTP/1.1\r\nhost: localhost\r\n\r\n" + Self.head())
      let first = connection.read(until: "100 Continue\r\n\r\n")
      let version = try #require(first.range(of: "1.2.3"))
      let word = try #require(first.range(of: "HTTP/1.1 100 Continue"))
      #expect(version.upperBound <= word.lowerBound && !Self.closes(first), "\(first)")
      connection.send(Self.body)
      #expect(connection.read(until: "prompt_tokens_digest").contains("Hello"))
    }
  }

  @Test(arguments: ["200-ok", "100-continue, tea"]) func whatNobodyKnows(_ expected: String) async throws {
    try await FakeServer().connected { port in
      let connection = try RawConnection(port: port)
      connection.send(Self.head(expect: expected))
      let answer = connection.rest()
      #expect(answer.hasPrefix("HTTP/1.1 417 ") && Self.closes(answer), "\(answer)")
      #expect(answer.contains("unsupported_expectation") && !answer.contains(" 100 "), "\(answer)")
    }
  }
}
