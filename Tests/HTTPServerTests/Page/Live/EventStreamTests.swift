import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Testing

@testable import HTTPServer

/// Does a browser that is logged in get the events that it asks for, and nobody else any?
@Suite struct EventStreamTests {
  /// What one session gets until the server ends its stream.
  private func stream(
    _ server: FakeServer, _ path: String, after known: Int? = nil, isLoggedIn: Bool = true,
    _ body: @escaping @Sendable () -> Void = {}
  ) async throws -> FakeAnswer {
    let application = await server.adminApplication()
    return try await application.test(.router) { client in
      let page = try await client.executeRequest(uri: "/", method: .get, headers: [:], body: nil)
      var headers = HTTPFields()
      if isLoggedIn { headers[.cookie] = page.headers[.setCookie].map { String($0.prefix { $0 != ";" }) } }
      if let known { headers.set("last-event-id", "\(known)") }
      let ending = Task {
        try await eventually { server.core.events.isHeard }
        body()
        server.core.events.end()
      }
      defer { ending.cancel() }
      let response = try await client.executeRequest(uri: path, method: .get, headers: headers, body: nil)
      return FakeAnswer(
        status: Int(response.status.code), headers: response.headers, body: String(buffer: response.body))
    }
  }

  @Test func eventsOfTheTopics() async throws {
    let server = FakeServer()
    let events = server.core.events
    let answer = try await stream(server, "/admin/v1/events?topics=queue,release") {
      events.publish(.queue, Data(#"{"depth":3}"#.utf8))
      events.publish(.sides, Data(#"{"side":1}"#.utf8))
    }
    #expect(answer.status == 200 && answer.header("content-type")?.hasPrefix("text/event-stream") == true)
    #expect(answer.header("cache-control") == "no-store" && answer.header("content-security-policy") != nil)
    #expect(answer.body.contains("event: queue\ndata: {\"depth\":3}\n\n"), "\(answer.body)")
    #expect(!answer.body.contains("side") && !answer.body.contains("resync"))
    let number = answer.body.firstMatch(of: #/id: (\d+)\n/#).flatMap { Int($0.1) }
    #expect(number.map { $0 > 1_000_000 } == true)
  }

  @Test func whoComesBackGoesOn() async throws {
    let server = FakeServer()
    let start = server.core.events.last
    server.core.events.publish(.loop, Data(#"{"job":1}"#.utf8))
    let answer = try await stream(server, "/admin/v1/events", after: start)
    #expect(answer.body.contains("event: job\ndata: {\"job\":1}"), "\(answer.body)")
    let lost = try await stream(server, "/admin/v1/events", after: 7)
    #expect(lost.body.contains("event: resync\ndata: {}"), "\(lost.body)")
  }

  @Test func whoIsNotLoggedInGetsNone() async throws {
    let answer = try await stream(FakeServer(), "/admin/v1/events", isLoggedIn: false)
    #expect(answer.status == 401 && !answer.body.contains("event:"))
  }

  @Test(arguments: ["x", "", "queue,", "queue,%F0%9F%92%A9", "Queue"])
  func topicsThatAreNone(topics: String) async throws {
    let answer = try await stream(FakeServer(), "/admin/v1/events?topics=\(topics)")
    #expect(answer.status == 400 && answer.body.contains("queue, sides, loop, serving, release"), "\(answer.body)")
  }
}
