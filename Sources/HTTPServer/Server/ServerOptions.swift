public import Foundation

/// How a server listens, and to whom.
public struct ServerOptions: Sendable {
  /// Where requests come in.
  public var listen = ListenAddress.host("127.0.0.1", port: 8080)
  /// Where the page, metrics and what changes things are.
  public var adminListen = ListenAddress.host("127.0.0.1", port: 8081)
  /// Certificate and key of both, where they go over TCP; `nil`: no TLS.
  public var tls: TLSFiles?
  /// Whether something in front of it ends TLS, and tells by `x-forwarded-for` who asks.
  public var isBehindProxy = false
  /// Whether a request needs a key.
  public var requiresKeys = false
  /// How long new requests are taken after a load balancer could know that the end is near.
  public var drainDelay: Duration = .seconds(5)
  /// How long running requests may go on after that.
  public var drainTimeout: Duration = .seconds(60)
  public var limits = ServerLimits()
  /// New tokens of a chat request that does not say how many.
  public var defaultMaxTokens = 512
  /// What becomes of a text that no task claims, where the request does not say.
  public var unknown = AccreteOptions.Unknown.base
  /// Whether fields that nobody knows are ignored and listed, instead of refused.
  public var reportsUnknownFields = false
  /// Whether metrics are served under vLLM's names, too.
  public var hasMetricsAlias = false
  /// What `/version` says.
  public var version: String

  /// Two files in PEM form.
  public struct TLSFiles: Sendable, Equatable {
    /// The certificate and those that sign it, the own one first.
    public var certificates: URL
    public var key: URL

    public init(certificates: URL, key: URL) { (self.certificates, self.key) = (certificates, key) }
  }

  public init(version: String) { self.version = version }

  /// Refuses what would let anybody in.
  ///
  /// - Throws: ``ServerError``.
  public func validate() throws {
    for (option, address) in [("--listen", listen), ("--admin-listen", adminListen)] where !address.isLocal {
      let missing =
        (requiresKeys ? [] : ["--keys"])
        + (tls != nil || isBehindProxy ? [] : ["--tls-cert and --tls-key (or --behind-proxy)"])
      guard missing.isEmpty else {
        throw ServerError.exposed(option: option, address: "\(address)", missing: missing)
      }
    }
    if case .host(_, let port) = listen, port > 0, listen == adminListen {
      throw ServerError.address(option: "--admin-listen", got: "\(adminListen)", reason: "--listen has this address")
    }
    try Self.require(defaultMaxTokens, "--default-max-tokens", in: 1...1_048_576)
    for (name, value) in [("--drain-delay", drainDelay), ("--drain-timeout", drainTimeout)] {
      try Self.require(Int(value.components.seconds), name, in: 0...3_600)
    }
  }

  private static func require(_ value: Int, _ name: String, in range: ClosedRange<Int>) throws {
    guard range.contains(value) else {
      throw ServerError.option(
        name: name, got: "\(value)", expected: "a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
  }
}
