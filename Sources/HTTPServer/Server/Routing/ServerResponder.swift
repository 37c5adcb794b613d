import Access
import Files
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1

/// Answers every request of a listener: finds who does, and puts whatever goes wrong into OpenAI's form.
struct ServerResponder: HTTPResponder {
  typealias Context = ServerContext

  let core: ServerCore
  let table: RouteTable
  /// Of this listener.
  let connections: ConnectionTable

  func respond(to request: Request, context: ServerContext) async throws -> Response {
    let started = ContinuousClock.now
    core.metrics.httpStarted()
    // Of a stream the end comes when its body is gone.
    let flight = OnRelease { [metrics = core.metrics] in metrics.httpEnded() }
    defer { withExtendedLifetime(flight) {} }
    let target = RequestTarget(request.head.path ?? "/")
    let found = table.find(request.method, target)
    let (kind, values) =
      if case .route(let route, let values) = found { (route.kind, values) } else {
        (AnswerID.Kind.other, [String: String]())
      }
    let forwarded = HTTPField.Name("x-forwarded-for").flatMap { request.headers[$0] }
    let scope = RequestScope(
      id: Self.newID(kind), request: request, target: target, values: values,
      client: core.client(context, forwarded: forwarded), connection: connections.watch(of: context.channel),
      channel: context.channel, started: started, logger: context.logger)
    var response = await answer(scope, found)
    if request.method == .head { response = response.createHeadResponse() }
    if let name = HTTPField.Name("x-request-id"), response.headers[name] == nil { response.headers[name] = scope.id }
    if core.drain.phase >= .draining { response.headers[.connection] = "close" }
    guard response.body.contentLength == nil else { return response }
    let body = response.body
    response.body = ResponseBody { writer in
      defer { withExtendedLifetime(flight) {} }
      try await body.write(writer)
    }
    return response
  }

  private func answer(_ scope: RequestScope, _ found: RouteTable.Found) async -> Response {
    do {
      switch found {
      case .route(let route, _):
        if case .key(let needed) = route.access {
          let caller = try await core.admission.caller(scope)
          try caller.grant.require(needed)
          return try await route.answer(scope.by(caller))
        }
        return try await route.answer(scope)
      case .wrongMethod(let methods):
        let names = methods.map(\.rawValue).joined(separator: ", ")
        let asked = SafeText.beginning(scope.target.path)
        throw APIError(
          .methodNotAllowed, "\(asked): expected \(names), got \(scope.request.method.rawValue). Use \(names).",
          known: [asked]
        ).with(header: "allow", names)
      case .notServed(let reason):
        let asked = SafeText.beginning(scope.target.path)
        throw APIError(.routeNotFound, "\(asked) is not served here: \(reason).", known: [asked])
      case .unknown:
        let asked = SafeText.beginning(scope.target.path)
        let closest = table.closest(to: scope.target.path)
        // Who opens it in a browser looks for the page.
        let page = table.hasPage || !asked.hasSameCodePoints(as: "/") ? nil : core.pageAddress
        let meant =
          page.map { " The page is at \($0)." } ?? closest.map { " Did you mean `\($0)`?" } ?? ""
        throw APIError(
          .routeNotFound, "There is nothing at \(asked) here.\(meant) GET /openapi.json lists what there is.",
          known: [asked, closest ?? "", page.map { String($0.drop { $0 != "/" }) } ?? ""])
      }
    } catch {
      return refusal(of: error, scope)
    }
  }

  /// What is answered to an error that came before an answer had begun.
  private func refusal(of error: any Error, _ scope: RequestScope) -> Response {
    switch error {
    case is Disconnected, is CancellationError:
      // Nobody reads it.
      return Response(status: HTTPResponse.Status(code: 499, reasonPhrase: "Client Closed Request"))
    case let error as HTTPParserError:
      let answer = MalformedRequest.answer(to: error, limits: core.options.limits)
      return Response(
        status: answer.head.status, headers: answer.head.headerFields,
        body: ResponseBody(byteBuffer: ByteBuffer(bytes: answer.body)))
    default:
      let failure =
        (error as? Refused)?.error
        ?? APIError(
          answering: error, input: nil, requestID: scope.id, isVisible: { _ in false })
      let refused = error as? Refused
      note(failure, cause: refused?.cause ?? error, isAsked: refused?.isAsked ?? false, scope)
      return table.hasPage && scope.isOfBrowser ? .problem(failure) : Response(failure)
    }
  }

  private func note(_ failure: APIError, cause: any Error, isAsked: Bool, _ scope: RequestScope) {
    core.failures.note(failure.code.rawValue)
    guard !isAsked, failure.status >= 500, failure.code != .draining, failure.code != .queueFull else { return }
    core.lines.error(
      "\(failure.code.rawValue) \(type(of: cause))", to: core.logger,
      "\(scope.request.method.rawValue) \(scope.target.path.prefix(100)): \(failure.code.rawValue)",
      ["request": .string(scope.id), "cause": .string("\(cause)")])
  }

  /// A new id: time and chance.
  private static func newID(_ kind: AnswerID.Kind) -> String {
    let milliseconds = UInt64(max(0, min(Date().timeIntervalSince1970 * 1000, 1e15)))
    var generator = SystemRandomNumberGenerator()
    let random = (0..<10).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    return AnswerID(kind, milliseconds: milliseconds, random: random).description
  }
}

/// An error that a handler has put into OpenAI's form already, with what it came from.
struct Refused: Error {
  let error: APIError
  let cause: any Error
  /// Whether the client wanted it so.
  var isAsked = false
}

/// Does something when nobody holds it any more, on whatever path that comes about.
final class OnRelease: Sendable {
  private let body: @Sendable () -> Void

  init(_ body: @escaping @Sendable () -> Void) { self.body = body }

  deinit { body() }
}

extension Response {
  /// A JSON answer.
  init(json: Data, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]) {
    var headers = headers
    headers[.contentType] = "application/json"
    headers[.cacheControl] = "no-store"
    self.init(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: json)))
  }

  /// An error.
  init(_ error: APIError) {
    var headers = HTTPFields()
    for (name, value) in error.headers { headers.set(name, value) }
    self.init(json: error.json, status: HTTPResponse.Status(code: error.status), headers: headers)
  }
}

extension HTTPFields {
  /// Sets a header by its name; one that HTTP does not allow is left out.
  mutating func set(_ name: String, _ value: String) {
    if let name = HTTPField.Name(name) { self[name] = value }
  }
}
