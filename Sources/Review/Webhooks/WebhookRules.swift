public import Files
public import Foundation

/// Where webhooks may be sent.
public struct WebhookRules: Sendable, Equatable {
  /// The hosts that are allowed, as `hooks.example.com` or `hooks.example.com:8443`; without a port 443.
  public let hosts: [String]

  /// Allows hosts.
  ///
  /// - Parameter hosts: The hosts; those that are none of these are refused.
  public init(hosts: [String]) { self.hosts = hosts }

  /// The host and port of an address that is allowed.
  ///
  /// - Parameter url: The address.
  /// - Throws: ``WebhookError/notAllowed(host:allowed:)``, ``WebhookError/invalid(host:reason:)``.
  public func target(_ url: URL) throws -> (host: String, port: Int) {
    // The address itself may hold a secret of the receiver: errors name its host alone.
    guard let parts = URLComponents(url: url, resolvingAgainstBaseURL: true), let host = parts.host?.lowercased(),
      !host.isEmpty
    else {
      throw WebhookError.invalid(host: "?", reason: "it has no host")
    }
    guard parts.scheme?.lowercased() == "https" else {
      throw WebhookError.invalid(host: host, reason: "it is not https")
    }
    guard parts.user == nil, parts.password == nil, parts.fragment == nil else {
      throw WebhookError.invalid(host: host, reason: "it has a user, a password or a fragment")
    }
    let port = parts.port ?? 443
    let isAllowed = hosts.contains { allowed in
      let allowed = allowed.lowercased()
      return allowed == "\(host):\(port)" || (port == 443 && allowed == host)
    }
    guard isAllowed else { throw WebhookError.notAllowed(host: "\(host):\(port)", allowed: hosts) }
    return (host, port)
  }

  /// Requires that a name leads to public addresses alone: a sender that connects to one of these, and does not look the name up again, can
  /// not be led inside.
  ///
  /// - Parameters:
  ///   - addresses: What the name was resolved to.
  ///   - host: The name.
  /// - Throws: ``WebhookError/innerAddress(host:address:)``, ``WebhookError/noAddress(host:)``.
  public func require(_ addresses: [String], of host: String) throws {
    guard !addresses.isEmpty else { throw WebhookError.noAddress(host: host) }
    if let inner = addresses.first(where: InnerAddress.isRefused) {
      throw WebhookError.innerAddress(host: host, address: inner)
    }
  }
}

/// Why a webhook is not sent. Each is one line: what was expected, what was got, where, and the fix.
public enum WebhookError: AccreteError, Equatable {
  /// Its address cannot be sent to.
  case invalid(host: String, reason: String)
  /// Its host is not on the list.
  case notAllowed(host: String, allowed: [String])
  /// Its host is a machine of this network.
  case innerAddress(host: String, address: String)
  /// Its host has no address at the moment.
  case noAddress(host: String)
  /// Its receiver has answered that it did not take it.
  case refused(host: String, status: Int)

  /// Whether another attempt may go better.
  var isPassing: Bool {
    switch self {
    case .invalid, .notAllowed, .innerAddress: false
    case .noAddress, .refused: true
    }
  }

  public var category: ErrorCategory {
    switch self {
    case .invalid: .usage
    case .notAllowed, .innerAddress, .refused: .conflict
    case .noAddress: .busy
    }
  }

  public var description: String { text.onOneLine }

  private var text: String {
    switch self {
    case .invalid(let host, let reason):
      "webhook to \(host.printable): expected an https address with a host alone, and \(reason). Change it in the task's policy."
    case .notAllowed(let host, let allowed):
      "webhook to \(host.printable): expected one of \(allowed.isEmpty ? "no hosts" : allowed.listed). Allow the host, or change the task's"
        + " policy."
    case .innerAddress(let host, let address):
      "webhook to \(host.printable): expected public addresses, got \(address.printable), which is a machine of this network. Name a"
        + " receiver outside."
    case .noAddress(let host):
      "webhook to \(host.printable): expected an address of the network, and its name leads to none. It is tried again."
    case .refused(let host, let status):
      (300..<400).contains(status)
        ? "webhook to \(host.printable): got status \(status), expected 200 to 299; redirects are not followed. Name the address that it"
          + " leads to."
        : "webhook to \(host.printable): got status \(status), expected 200 to 299. Look at the receiver."
    }
  }
}
