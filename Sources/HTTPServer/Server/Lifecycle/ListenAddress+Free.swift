import Foundation
import NIOCore
import NIOPosix

extension ListenAddress {
  /// Refuses an address where nobody can listen now, before anything is started that would have to be stopped again, with lines of its own
  /// in the log.
  ///
  /// - Throws: ``ServerError/cannotListen(address:reason:)``.
  func requireFree() async throws {
    do {
      let bootstrap = ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
        .serverChannelOption(ChannelOptions.socketOption(.so_reuseaddr), value: 1)
      switch self {
      case .host(let host, let port): try await bootstrap.bind(host: host, port: port).get().close()
      case .unixSocket(let path):
        try requireUnused(path)
        try await bootstrap.bind(unixDomainSocketPath: path, cleanupExistingSocketFile: true).get().close()
        unlink(path)
      }
    } catch {
      throw cannotListen(error)
    }
  }

  /// What the system says of an address.
  func cannotListen(_ error: any Error) -> any Error {
    switch error {
    case let error as IOError:
      ServerError.cannotListen(address: "\(self)", reason: String(cString: strerror(error.errnoCode)))
    case is SocketAddressError, is NIOConnectionError:
      ServerError.cannotListen(address: "\(self)", reason: "\(error)")
    default: error
    }
  }

  /// The system would let a second server take the socket of one that runs.
  func requireUnused(_ path: String) throws {
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
      throw ServerError.cannotListen(address: "\(self)", reason: "another process listens there")
    }
  }
}
