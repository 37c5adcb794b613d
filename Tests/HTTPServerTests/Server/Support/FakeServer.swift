import Access
import Files
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import Testing

@testable import HTTPServer

/// A server over a made-up engine, and what its clients see.
struct FakeServer: Sendable {
  let engine = FakeEngine()
  let core: ServerCore

  /// - Parameters:
  ///   - keys: `nil`: none are asked for.
  ///   - limits: Of requests.
  ///   - reviews: What reviewers work on; `nil`: nothing.
  ///   - logger: Where the log goes.
  ///   - options: Changes the others.
  init(
    keys: AccessKeys? = nil, limits: ServerLimits = ServerLimits(), problem: String? = nil,
    reviews: (any ReviewSource)? = nil,
    logger: Logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
    _ change: (inout ServerOptions) -> Void = { _ in }
  ) {
    var options = ServerOptions(version: "1.2.3")
    options.limits = limits
    options.requiresKeys = keys != nil
    change(&options)
    core = ServerCore(
      options: options, engine: engine, catalog: FakeCatalog(problem: problem), prompts: FakePrompts(),
      admission: Admission(keys: keys, isLocal: keys == nil),
      metrics: ServerMetrics(base: "seedling", maxExperts: 4, vllmNames: options.hasMetricsAlias),
      tracer: ServerTracer(), logger: logger,
      folder: nil, reviews: reviews)
    core.isTested = true
  }

  var publicApplication: Application<ServerResponder> { application(.ofPublic(core)) }

  func adminApplication() async -> Application<ServerResponder> {
    application(.ofAdmin(core, session: await PageSession(PageSecret(), isSecure: false)))
  }

  private func application(_ table: RouteTable) -> Application<ServerResponder> { listener(table) { _ in }.application }

  /// A listener as the program has it, at an address that the system chooses.
  func listener(_ table: RouteTable, _ onListening: @escaping @Sendable (ListenAddress) async -> Void)
    -> ListenerService
  {
    ListenerService(
      address: .host("localhost", port: 0),
      responder: ServerResponder(core: core, table: table, connections: core.connections),
      transport: ServerTransport(limits: core.options.limits, connections: core.connections, tls: nil),
      logger: core.logger,
      onListening: onListening)
  }

  /// Asks without a socket.
  func ask(
    _ method: HTTPRequest.Method, _ path: String, _ body: String? = nil, headers: HTTPFields = [:],
    isAdmin: Bool = false
  ) async throws -> FakeAnswer {
    let application = isAdmin ? await adminApplication() : publicApplication
    var headers = headers
    if body != nil, headers[.contentType] == nil { headers[.contentType] = "application/json" }
    return try await application.test(.router) { [headers] client in
      let response = try await client.executeRequest(
        uri: path, method: method, headers: headers, body: body.map { ByteBuffer(string: $0) })
      return FakeAnswer(
        status: Int(response.status.code), headers: response.headers, body: String(buffer: response.body))
    }
  }
}

/// A log that tells a test of its errors.
struct HeardLog: LogHandler {
  let tell: @Sendable () -> Void
  var metadata: Logger.Metadata = [:]
  var logLevel = Logger.Level.error

  /// A logger whose errors somebody is told of.
  static func errors(_ tell: @escaping @Sendable () -> Void) -> Logger {
    Logger(label: "test") { _ in HeardLog(tell: tell) }
  }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) { tell() }
}

/// What a client got.
struct FakeAnswer: Sendable {
  let status: Int
  let headers: HTTPFields
  let body: String

  func header(_ name: String) -> String? { HTTPField.Name(name).flatMap { headers[$0] } }

  func json() throws -> JSONTree { try JSONTree(Data(body.utf8)) }

  /// The code of an error in OpenAI's form, which has four members and no others.
  func code() throws -> String {
    let error = try #require(try json()["error"], "\(body)")
    guard case .object(let members) = error else { throw Unexpected() }
    #expect(members.map(\.key) == ["message", "type", "param", "code"])
    #expect(error["message"]?.string?.isEmpty == false && error["type"]?.string?.isEmpty == false)
    return try #require(error["code"]?.string)
  }

  /// The data of each event of a stream.
  func events() -> [String] {
    body.components(separatedBy: "\n\n").filter { !$0.isEmpty }.map {
      $0.hasPrefix("data: ") ? String($0.dropFirst(6)) : $0
    }
  }

  struct Unexpected: Error {}
}
