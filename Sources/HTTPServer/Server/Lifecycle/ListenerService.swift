import Foundation
import Hummingbird
import HummingbirdCore
import HummingbirdTLS
import Logging
import NIOCore
import NIOSSL
import ServiceLifecycle

/// One listener: an address, and who answers there.
struct ListenerService: Service {
  let address: ListenAddress
  let responder: ServerResponder
  let transport: ServerTransport
  let logger: Logger
  /// Called with the address that it has got.
  let onListening: @Sendable (ListenAddress) async -> Void

  /// Hummingbird's application; tests ask it without an address.
  var application: Application<ServerResponder> {
    let bind: BindAddress =
      switch address {
      case .host(let host, let port): .hostname(host, port: port)
      case .unixSocket(let path): .unixDomainSocket(path: path)
      }
    return Application(
      responder: responder, server: transport.builder,
      configuration: ApplicationConfiguration(
        address: bind, serverName: "accrete",
        availableConnectionsDelegate: MaximumAvailableConnections(transport.limits.connections, logger: logger)),
      onServerRunning: { channel in
        if case .unixSocket(let path) = address {
          // Whoever can open it may do everything, where no keys are asked for.
          chmod(path, 0o600)
        }
        await onListening(address.with(port: channel.localAddress?.port))
      },
      logger: logger)
  }

  func run() async throws {
    do {
      // Once more: somebody may have taken it meanwhile.
      if case .unixSocket(let path) = address { try address.requireUnused(path) }
      try await application.run()
    } catch {
      throw address.cannotListen(error)
    }
    if case .unixSocket(let path) = address { unlink(path) }
  }
}
