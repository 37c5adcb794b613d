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
    if case .unixSocket(let path) = address { try requireUnused(path) }
    do {
      try await application.run()
    } catch let error as IOError {
      throw ServerError.cannotListen(address: "\(address)", reason: String(cString: strerror(error.errnoCode)))
    } catch let error as SocketAddressError {
      throw ServerError.cannotListen(address: "\(address)", reason: "\(error)")
    }
    if case .unixSocket(let path) = address { unlink(path) }
  }

  /// The system would let a second server take the socket of one that runs.
  private func requireUnused(_ path: String) throws {
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    var name = sockaddr_un()
    name.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.utf8)
    guard bytes.count < MemoryLayout.size(ofValue: name.sun_path) else { return }
    withUnsafeMutableBytes(of: &name.sun_path) { $0.copyBytes(from: bytes) }
    let result = withUnsafePointer(to: &name) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard result != 0 else {
      throw ServerError.cannotListen(address: "\(address)", reason: "another process listens there")
    }
  }
}
