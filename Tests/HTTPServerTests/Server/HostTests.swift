import Files
import Foundation
import NIOHTTP1
import Testing

@testable import HTTPServer

/// Is a request refused of which it is not clear for which host it is?
@Suite struct HostTests {
  @Test(arguments: [
    ("HTTP/1.1", "", "no host header"), ("HTTP/1.1", "host: localhost\r\nHost: localhost\r\n", "more than one"),
    ("HTTP/1.1", "host: localhost\r\nhost: evil.example\r\n", "more than one"),
    ("HTTP/1.0", "host: a\r\nhost: b\r\n", "more than one"), ("HTTP/1.1", "host: a b\r\n", "not a host"),
    ("HTTP/1.1", "host: evil@localhost\r\n", "not a host"), ("HTTP/1.1", "host: localhost/x\r\n", "not a host"),
  ])
  func isRefused(_ version: String, _ hosts: String, _ words: String) async throws {
    try await FakeServer().connected { port in
      let connection = try RawConnection(port: port)
      // What stands behind it is not answered.
      let body = #"{"model":"base","messages":[{"role":"user","content":"abc"}]}"#
      connection.send(
        "POST /v1/chat/completions \(version)\r\n\(hosts)content-type: application/json\r\ncontent-length: \(body.utf8.count)\r\n\r\n\(body)"
          + "GET /version HTTP/1.1\r\nhost: localhost\r\n\r\n")
      let answer = connection.rest()
      #expect(answer.hasPrefix("HTTP/1.1 400 ") && answer.contains("invalid_http"), "\(answer)")
      #expect(answer.contains(words) && !answer.contains("1.2.3") && !answer.contains("Hello"), "\(answer)")
    }
  }

  /// Behind a request that is answered.
  @Test func isRefusedAfterAnother() async throws {
    try await FakeServer().connected { port in
      let connection = try RawConnection(port: port)
      connection.send("GET /version HTTP/1.1\r\nhost: localhost\r\n\r\nGET /healthz HTTP/1.1\r\n\r\n")
      let answer = connection.rest()
      #expect(answer.hasPrefix("HTTP/1.1 200 ") && answer.contains("1.2.3"), "\(answer)")
      #expect(answer.contains("no host header"), "\(answer)")
    }
  }

  @Test(arguments: [
    "localhost", "localhost:8080", "[::1]:8080", "127.0.0.1:80", "xn--bcher-kva.example", "", "a_b.example",
  ])
  func whatAHostIs(_ host: String) {
    var head = HTTPRequestHead(version: .http1_1, method: .GET, uri: "/")
    head.headers.add(name: "Host", value: host)
    #expect(HostProblem(head) == nil)
  }

  @Test func anOldRequestNeedsNone() {
    #expect(HostProblem(HTTPRequestHead(version: .http1_0, method: .GET, uri: "/")) == nil)
    #expect(HostProblem(HTTPRequestHead(version: .http1_1, method: .GET, uri: "/")) == .missing)
  }
}
