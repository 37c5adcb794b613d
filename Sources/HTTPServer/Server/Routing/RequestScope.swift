import Access
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore

/// One request on its way: what came, from whom, and what its answer needs.
struct RequestScope: Sendable {
  /// The answer's id, and its `x-request-id`.
  let id: String
  let request: Request
  let target: RequestTarget
  /// What stands in the path's places, by their names.
  let values: [String: String]
  /// The address that it came from.
  let client: String
  let connection: ConnectionWatch
  /// Where it came.
  let channel: any Channel
  let started: ContinuousClock.Instant
  let logger: Logger
  /// Who asks, where the route needs a key.
  var caller = Caller(grant: .unrestricted)

  /// The same, from somebody who is known.
  func by(_ caller: Caller) -> RequestScope {
    var scope = self
    scope.caller = caller
    return scope
  }

  /// Lets a client send its body that waits to be told so: nothing in its head speaks against that.
  func wantBody() {
    if request.headers[.expect] != nil { channel.triggerUserOutboundEvent(BodyWanted(), promise: nil) }
  }

  func header(_ name: String) -> String? {
    HTTPField.Name(name).flatMap { request.headers[$0] }
  }
}

/// What Hummingbird gives with a request.
struct ServerContext: InitializableFromSource, Sendable {
  let channel: any Channel
  let logger: Logger

  init(source: ApplicationRequestContextSource) {
    (channel, logger) = (source.channel, source.logger)
  }

  /// The address at the connection's other end; `unix` where it has none.
  var address: String { channel.remoteAddress?.ipAddress ?? "unix" }
}
