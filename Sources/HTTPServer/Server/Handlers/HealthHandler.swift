import Files
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Serving

/// Whether the server lives, may be sent requests, and which one it is.
struct HealthHandler: Sendable {
  let core: ServerCore

  /// `/healthz`: 500 where only a new start would help.
  func alive() -> Response {
    let silence = core.engine.statistics.heartbeat.duration(to: .now)
    let isAlive = silence < Readiness.longestSilence
    return Response(
      json: Data(
        JSONTree.object([
          "alive": .boolean(isAlive), "seconds_since_heartbeat": .number(max(0, silence.seconds).rounded()),
        ]).json), status: isAlive ? .ok : .internalServerError)
  }

  /// `/readyz`: with the reasons why not.
  func ready() -> Response {
    let readiness = core.readiness
    var members = [JSONTree.Member("ready", .boolean(readiness.isReady))]
    if !readiness.isReady { members.append(JSONTree.Member("reasons", .list(readiness.reasons.map { .text($0) }))) }
    return Response(
      json: Data(JSONTree.object(members).json), status: readiness.isReady ? .ok : .serviceUnavailable)
  }

  /// `/health`: the same without a body, as clients of vLLM ask.
  func health() -> Response { Response(status: core.readiness.isReady ? .ok : .serviceUnavailable) }

  func version() -> Response {
    Response(json: Data(JSONTree.object(["version": .text(core.options.version), "server": .text("accrete")]).json))
  }
}
