import Foundation
import HummingbirdCore
import HummingbirdTLS
import NIOCore
import NIOSSL

/// How bytes become requests, and answers bytes, on one listener.
struct ServerTransport: Sendable {
  let limits: ServerLimits
  let connections: ConnectionTable
  /// `nil`: no TLS.
  let tls: TLSConfiguration?

  /// The pipeline of each connection.
  var builder: HTTPServerBuilder {
    HTTPServerBuilder { [limits, connections, tls] responder in
      let http = HTTP1Channel(
        responder: responder,
        configuration: HTTP1Channel.Configuration(
          additionalChannelHandlers: [ConnectionGuard(connections, limits: limits)],
          idleTimeout: TimeAmount(limits.idleTime),
          httpDecoderConfiguration: HTTP1Channel.Configuration.DecoderConfiguration(
            maxHeaderFieldSize: limits.headerBytes, maxHeaderListSize: limits.headerBytes,
            maxHeaderFieldCount: limits.headerCount)))
      let guarded = GuardedChannel(http: http, headerTime: TimeAmount(limits.headerTime))
      guard let tls else { return guarded }
      return try TLSChannel(guarded, tlsConfiguration: tls)
    }
  }

  /// Reads a certificate and its key.
  ///
  /// - Throws: ``ServerError/certificate(option:path:reason:)``.
  static func configuration(of files: ServerOptions.TLSFiles) throws -> TLSConfiguration {
    func read<Value>(_ option: String, _ url: URL, _ body: (String) throws -> Value) throws -> Value {
      guard FileManager.default.isReadableFile(atPath: url.path) else {
        throw ServerError.certificate(option: option, path: url.path, reason: "no file there that can be read")
      }
      do {
        return try body(url.path)
      } catch {
        throw ServerError.certificate(option: option, path: url.path, reason: "not a PEM file (\(error))")
      }
    }
    let chain = try read("--tls-cert", files.certificates) { try NIOSSLCertificate.fromPEMFile($0) }
    guard !chain.isEmpty else {
      throw ServerError.certificate(
        option: "--tls-cert", path: files.certificates.path, reason: "there is no certificate in it")
    }
    let key = try read("--tls-key", files.key) { try NIOSSLPrivateKey(file: $0, format: .pem) }
    var configuration = TLSConfiguration.makeServerConfiguration(
      certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
    configuration.minimumTLSVersion = .tlsv12
    configuration.applicationProtocols = ["http/1.1"]
    do {
      // A key of another certificate is found now, not at the first connection.
      _ = try NIOSSLContext(configuration: configuration)
    } catch {
      throw ServerError.certificate(
        option: "--tls-key", path: files.key.path, reason: "it does not belong to the certificate (\(error))")
    }
    return configuration
  }
}
