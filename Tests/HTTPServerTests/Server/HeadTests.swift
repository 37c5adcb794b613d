import Files
import Foundation
import NIOHTTP1
import Testing

@testable import HTTPServer

/// Is a request refused of which its head does not make clear for which host it is, who asks, or where it ends?
@Suite struct HeadTests {
  private static let body = #"{"model":"base","messages":[{"role":"user","content":"abc"}]}"#
  private static let host = "host: localhost\r\n"
  /// Nothing of it may be answered behind a request that is refused.
  private static let next = "GET /version HTTP/1.1\r\nhost: localhost\r\n\r\n"

  private func code(_ answer: String) throws -> String? {
    let end = try #require(answer.range(of: "\r\n\r\n"))
    return try JSONTree(Data(answer[end.upperBound...].utf8))["error"]?["code"]?.string
  }

  @Test(arguments: [
    ("HTTP/1.1", "", "no host header"), ("HTTP/1.1", "host: localhost\r\nHost: localhost\r\n", "more than one"),
    ("HTTP/1.1", "host: localhost\r\nhost: evil.example\r\n", "more than one"),
    ("HTTP/1.0", "host: a\r\nhost: b\r\n", "more than one"), ("HTTP/1.1", "host: a b\r\n", "not a host"),
    ("HTTP/1.1", "host: evil@localhost\r\n", "not a host"), ("HTTP/1.1", "host: localhost/x\r\n", "not a host"),
    (
      "HTTP/1.1", "\(host)Sec-Fetch-Site: same-origin\r\nsec-fetch-site: cross-site\r\n", "more than one sec-fetch-site"
    ),
    ("HTTP/1.1", "\(host)sec-fetch-site: none\r\nsec-fetch-site: none\r\n", "more than one sec-fetch-site"),
    (
      "HTTP/1.0", "\(host)origin: http://localhost\r\nOrigin: https://evil.example\r\n", "more than one origin"
    ),
  ])
  func isRefused(_ version: String, _ headers: String, _ words: String) async throws {
    try await FakeServer().connected { port in
      let connection = try RawConnection(port: port)
      connection.send(
        "POST /v1/chat/completions \(version)\r\n\(headers)content-type: application/json\r\ncontent-length: \(Self.body.utf8.count)\r\n\r\n\(Self.body)"
          + Self.next)
      let answer = connection.rest()
      #expect(answer.hasPrefix("HTTP/1.1 400 ") && answer.contains("invalid_http"), "\(answer)")
      #expect(answer.contains(words) && !answer.contains("1.2.3") && !answer.contains("Hello"), "\(answer)")
    }
  }

  /// Behind a request that is answered.
  @Test func isRefusedAfterAnother() async throws {
    try await FakeServer().connected { port in
      let connection = try RawConnection(port: port)
      connection.send(Self.next + "GET /healthz HTTP/1.1\r\n\r\n")
      let answer = connection.rest()
      #expect(answer.hasPrefix("HTTP/1.1 200 ") && answer.contains("1.2.3"), "\(answer)")
      #expect(answer.contains("no host header"), "\(answer)")
    }
  }

  // MARK: Transfer

  /// What is coded in another way than in chunks is not read, and nothing of it is taken for the next request.
  @Test(arguments: [
    ("HTTP/1.1", "transfer-encoding: gzip, chunked\r\n", 501), ("HTTP/1.1", "transfer-encoding: gzip\r\n", 501),
    ("HTTP/1.1", "transfer-encoding: identity\r\n", 501), ("HTTP/1.1", "transfer-encoding: xchunked\r\n", 501),
    ("HTTP/1.1", "transfer-encoding: gzip\r\ntransfer-encoding: chunked\r\n", 501),
    // The end of such a body is nowhere.
    ("HTTP/1.1", "transfer-encoding: chunked, gzip\r\n", 400),
    ("HTTP/1.1", "transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n", 400),
    ("HTTP/1.1", "content-length: 5\r\ntransfer-encoding: chunked\r\n", 400),
    ("HTTP/1.1", "transfer-encoding: chunked\r\ncontent-length: 5\r\n", 400),
    ("HTTP/1.1", "content-length: 5\r\ncontent-length: 6\r\n", 400), ("HTTP/1.1", "content-length: 5, 5\r\n", 400),
    ("HTTP/1.0", "transfer-encoding: chunked\r\n", 400),
  ])
  func codingsAndLengths(_ version: String, _ headers: String, _ status: Int) async throws {
    try await FakeServer().connected { port in
      let connection = try RawConnection(port: port)
      connection.send(
        "POST /v1/chat/completions \(version)\r\n\(Self.host)content-type: application/json\r\n\(headers)\r\n0\r\n\r\n"
          + Self.next)
      let answer = connection.rest()
      #expect(answer.hasPrefix("HTTP/1.1 \(status) ") && answer.lowercased().contains("connection: close"), "\(answer)")
      #expect(try code(answer) == (status == 501 ? "unsupported_coding" : "invalid_http"))
      #expect(answer.contains("x-should-retry: false") == (status == 501) && !answer.contains("1.2.3"), "\(answer)")
    }
  }

  @Test(arguments: ["chunked", "Chunked", "chunked "]) func chunksAreRead(_ coding: String) async throws {
    try await FakeServer().connected { port in
      let connection = try RawConnection(port: port)
      connection.send(
        "POST /v1/chat/completions HTTP/1.1\r\n\(Self.host)content-type: application/json\r\ntransfer-encoding: \(coding)\r\n\r\n"
      )
      connection.send("\(String(Self.body.utf8.count, radix: 16))\r\n\(Self.body)\r\n0\r\n\r\n")
      #expect(connection.read(until: "prompt_tokens_digest").contains("Hello"))
    }
  }

  /// What asks for another protocol gets its answer by this one, and does not wait for an end that never comes.
  @Test(arguments: [
    (
      "GET /version",
      "connection: Upgrade, HTTP2-Settings\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABkAAQAoAAAAAIAAAAA\r\n", 200
    ),
    ("GET /version", "connection: upgrade\r\nupgrade: websocket\r\n", 200), ("CONNECT localhost:443", "", 404),
  ])
  func anotherProtocol(_ line: String, _ headers: String, _ status: Int) async throws {
    var limits = ServerLimits()
    limits.idleTime = .seconds(3_600)
    try await FakeServer(limits: limits).connected { port in
      let connection = try RawConnection(port: port)
      let started = ContinuousClock.now
      connection.send("\(line) HTTP/1.1\r\n\(Self.host)\(headers)\r\n")
      #expect(connection.rest().hasPrefix("HTTP/1.1 \(status) "))
      // The reader gives up after four minutes.
      #expect(started.duration(to: .now) < .seconds(200))
    }
  }

  // MARK: Targets

  @Test func aWholeURLIsATarget() async throws {
    try await FakeServer().connected { port in
      for (target, header) in [
        ("http://localhost/version", "localhost"), ("HTTP://localhost:\(port)/version?x=1", "localhost"),
        // The target's host counts.
        ("http://127.0.0.1/version", "evil.example"),
      ] {
        let connection = try RawConnection(port: port)
        connection.send("GET \(target) HTTP/1.1\r\nhost: \(header)\r\nconnection: close\r\n\r\n")
        let answer = connection.rest()
        #expect(answer.hasPrefix("HTTP/1.1 200 ") && answer.contains("1.2.3"), "\(target): \(answer)")
      }
    }
  }

  /// Where no key is asked for, the host has to be this machine, wherever it is named.
  @Test func theHostOfTheTargetIsLookedAt() async throws {
    try await FakeServer().connected { port in
      for (host, header, status) in [
        ("evil.example", "localhost", 403), ("localhost", "localhost", 200), ("localhost", "evil.example", 200),
      ] {
        let connection = try RawConnection(port: port)
        connection.send("GET http://\(host)/v1/models HTTP/1.1\r\nhost: \(header)\r\nconnection: close\r\n\r\n")
        let answer = connection.rest()
        #expect(answer.hasPrefix("HTTP/1.1 \(status) "), "\(host), \(header): \(answer)")
      }
    }
  }

  @Test(arguments: [
    ("ftp://localhost/version", "localhost"), ("http:///version", "localhost"), ("http://:80/version", "localhost"),
    ("http://evil@localhost/version", "localhost"), ("http://localhost/version", "a b"),
  ])
  func targetsThatAreRefused(_ target: String, _ header: String) async throws {
    try await FakeServer().connected { port in
      let connection = try RawConnection(port: port)
      connection.send("GET \(target) HTTP/1.1\r\nhost: \(header)\r\n\r\n" + Self.next)
      let answer = connection.rest()
      #expect(answer.hasPrefix("HTTP/1.1 400 ") && !answer.contains("1.2.3"), "\(answer)")
      #expect(try code(answer) == "invalid_http")
    }
  }

  @Test func partsOfATarget() throws {
    for (target, authority, path) in [
      ("http://host:1/a?b", "host:1", "/a?b"), ("https://host", "host", "/"),
      ("http://[::1]:80?x=/y", "[::1]:80", "/?x=/y"),
      ("http://host/a#b", "host", "/a"), ("http://host//evil.example/", "host", "//evil.example/"),
    ] {
      let found = try #require(try AbsoluteTarget(target), "\(target)")
      #expect(found.authority == authority && found.path == path, "\(target)")
    }
    for target in ["/a", "/http://host/a", "*", "", "host:443"] {
      #expect(try AbsoluteTarget(target) == nil, "\(target)")
    }
  }

  // MARK: Heads by themselves

  private func head(_ headers: [(String, String)], _ version: HTTPVersion = .http1_1) -> HTTPRequestHead {
    HTTPRequestHead(version: version, method: .GET, uri: "/", headers: HTTPHeaders(headers))
  }

  @Test(arguments: [
    "localhost", "localhost:8080", "[::1]:8080", "127.0.0.1:80", "xn--bcher-kva.example", "", "a_b.example",
  ])
  func whatAHostIs(_ host: String) { #expect(HeadProblem(head([("Host", host)])) == nil) }

  @Test func anOldRequestNeedsNone() {
    #expect(HeadProblem(head([], .http1_0)) == nil)
    #expect(HeadProblem(head([])) == .noHost)
  }

  @Test func whatMayBeExpected() {
    for expected in ["100-continue", "100-Continue", "100-continue, 100-continue", ""] {
      #expect(HeadProblem(head([("host", "a"), ("expect", expected)])) == nil, "\(expected)")
    }
    for expected in ["200-ok", "100-continue, tea", "100"] {
      guard case .expectation = HeadProblem(head([("host", "a"), ("expect", expected)])) else {
        Issue.record("\(expected) is not refused")
        continue
      }
    }
    #expect(HeadProblem(head([("expect", "tea")], .http1_0)) == nil)
  }
}
