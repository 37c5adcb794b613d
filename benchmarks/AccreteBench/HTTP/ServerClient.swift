import AsyncHTTPClient
import Files
import Foundation
import NIOCore
import NIOHTTP1

/// Speaks HTTP to one server; whatever that does, every call ends within its limits.
struct ServerClient: Sendable {
  let server: Server
  private let client: HTTPClient

  /// How much of an error's body is read.
  private static let errorLimit = 64 << 10

  /// Opens a client, and closes it behind `body`.
  static func with<Result: Sendable>(
    _ server: Server, _ body: @Sendable (ServerClient) async throws -> Result
  ) async throws -> Result {
    var configuration = HTTPClient.Configuration()
    configuration.redirectConfiguration = .disallow
    configuration.timeout = HTTPClient.Configuration.Timeout(
      connect: amount(server.limits.connect), read: amount(server.limits.idle), write: amount(server.limits.idle))
    configuration.httpVersion = .http1Only
    // The load decides how many requests run at a time, never a pool.
    configuration.connectionPool = HTTPClient.Configuration.ConnectionPool(
      idleTimeout: .seconds(10), concurrentHTTP1ConnectionsPerHostSoftLimit: 100_000)
    return try await HTTPClient.withHTTPClient(configuration: configuration) { client in
      try await body(ServerClient(server: server, client: client))
    }
  }

  /// The same for another name of the base.
  func naming(_ base: String?) -> ServerClient {
    var server = server
    server.baseModel = base
    return ServerClient(server: server, client: client)
  }

  private static func amount(_ seconds: Double) -> TimeAmount { .milliseconds(Int64(saturating: seconds * 1000)) }

  private func message(_ path: String) -> HTTPClientRequest {
    var message = HTTPClientRequest(url: server.address.text + path)
    message.headers.add(name: "user-agent", value: "accrete-bench/\(Program.version)")
    if let key = server.key { message.headers.add(name: "authorization", value: "Bearer \(key.text)") }
    if !server.keepsConnections { message.headers.add(name: "connection", value: "close") }
    return message
  }

  /// Asks for a small answer; its status and the beginning of its body.
  /// - Throws: ``RequestFailure`` where none comes.
  func get(_ path: String) async throws -> (status: Int, body: [UInt8]) {
    let limit = NIODeadline.now() + Self.amount(min(server.limits.request, 30))
    do {
      let response = try await client.execute(message(path), deadline: limit)
      return (Int(response.status.code), try await Self.beginning(of: response.body, upTo: 16 << 20, until: limit))
    } catch {
      throw Self.failure(error)
    }
  }

  /// Sends a request and takes its answer apart as it comes. A failure is part of the answer.
  func answer(to body: [UInt8], clock: RunClock) async -> StreamedAnswer {
    var post = message(server.endpoint.path)
    post.method = .POST
    post.headers.add(name: "content-type", value: "application/json")
    post.headers.add(name: "accept", value: "text/event-stream")
    post.body = .bytes(body)
    var answer = StreamedAnswer(sent: clock.seconds)
    do {
      let limit = NIODeadline.now() + Self.amount(server.limits.request)
      let response = try await client.execute(post, deadline: limit)
      answer.status = Int(response.status.code)
      if response.status.code == 200 {
        try await Self.take(response.body, until: limit, clock: clock, into: &answer)
      } else {
        answer.retryAfter = Self.retryAfter(response.headers)
        // What the body says helps; where it cannot be read, the status is what went wrong.
        let body = (try? await Self.beginning(of: response.body, upTo: Self.errorLimit, until: limit)) ?? []
        answer.failure = Self.refusal(Int(response.status.code), body)
      }
    } catch {
      answer.failure = Self.failure(error)
    }
    answer.ended = clock.seconds
    return answer
  }

  private static func take(
    _ body: HTTPClientResponse.Body, until limit: NIODeadline, clock: RunClock, into answer: inout StreamedAnswer
  ) async throws {
    var parser = EventParser()
    var beginning: [UInt8] = []
    do {
      for try await piece in body {
        let time = clock.seconds
        if answer.first == nil, beginning.count < 200 { beginning += piece.readableBytesView.prefix(200) }
        for event in try parser.read(piece.readableBytesView) { try answer.take(event, at: time) }
        // A server that sends a byte now and then would never be idle.
        guard NIODeadline.now() < limit else { throw timedOut }
      }
    } catch  where answer.isDone {
      // The answer was whole; how its connection ends says nothing of it.
      return
    }
    if let event = try parser.end() { try answer.take(event, at: clock.seconds) }
    try answer.requireWhole(beginning: beginning)
  }

  private static func beginning(
    of body: HTTPClientResponse.Body, upTo count: Int, until limit: NIODeadline
  ) async throws -> [UInt8] {
    var bytes: [UInt8] = []
    for try await piece in body {
      bytes += piece.readableBytesView.prefix(count - bytes.count)
      guard bytes.count < count else { break }
      guard NIODeadline.now() < limit else { throw timedOut }
    }
    return bytes
  }

  private static func retryAfter(_ headers: HTTPHeaders) -> Double? {
    for (name, divisor) in [("retry-after-ms", 1000.0), ("retry-after", 1.0)] {
      if let seconds = headers.first(name: name).flatMap({ Double($0) }), seconds.isFinite { return seconds / divisor }
    }
    return nil
  }

  private static func refusal(_ status: Int, _ body: [UInt8]) -> RequestFailure {
    let error = (try? JSONTree(Data(body)))?["error"]
    return RequestFailure(
      code: "http-\(status)", message: error.map(CompletionChunk.message) ?? CompletionChunk.excerpt(body))
  }

  private static var timedOut: RequestFailure {
    RequestFailure(code: RequestFailure.timeoutCode, message: "the answer took longer than --timeout")
  }

  /// What an error of the client means.
  private static func failure(_ error: any Error) -> RequestFailure {
    if let failure = error as? RequestFailure { return failure }
    let text = String("\(error)".prefix(300)).onOneLine
    let timeouts: [HTTPClientError] = [
      .readTimeout, .writeTimeout, .connectTimeout, .deadlineExceeded, .getConnectionFromPoolTimeout,
      .tlsHandshakeTimeout,
    ]
    if let error = error as? HTTPClientError, timeouts.contains(error) {
      // Nobody who listens there is not slow but away.
      let isAway = error == .connectTimeout || error == .getConnectionFromPoolTimeout
      return RequestFailure(code: isAway ? RequestFailure.connectionCode : RequestFailure.timeoutCode, message: text)
    }
    return RequestFailure(code: RequestFailure.connectionCode, message: text)
  }
}
