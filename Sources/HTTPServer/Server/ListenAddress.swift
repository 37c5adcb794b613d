import Files
import Foundation

/// Where a listener waits: a host with a port, or a socket that is a file.
public enum ListenAddress: Sendable, Equatable, CustomStringConvertible {
  case host(String, port: Int)
  case unixSocket(path: String)

  /// A path that is longer does not fit into the system's address.
  private static let longestSocketPath = 107

  /// Reads `HOST:PORT`, `[IPv6]:PORT` or `unix:PATH`.
  ///
  /// - Parameter text: As it was written.
  /// - Parameter option: Where it was written, for errors.
  /// - Throws: ``ServerError/address(option:got:reason:)``.
  public init(_ text: String, option: String) throws(ServerError) {
    func wrong(_ reason: String) -> ServerError { .address(option: option, got: text, reason: reason) }
    if text.hasPrefix("unix:") {
      let path = String(text.dropFirst(5))
      guard !path.isEmpty, !path.utf8.contains(0) else { throw wrong("behind unix: there has to be a path") }
      let absolute = URL(fileURLWithPath: path).standardizedFileURL.path
      guard absolute.utf8.count <= Self.longestSocketPath else {
        throw wrong("the path of a socket has at most \(Self.longestSocketPath) bytes, this one \(absolute.utf8.count)")
      }
      self = .unixSocket(path: absolute)
      return
    }
    guard let colon = text.lastIndex(of: ":") else { throw wrong("there is no port") }
    var host = String(text[..<colon])
    let digits = text[text.index(after: colon)...]
    guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let port = Int(digits), port <= 65_535 else {
      throw wrong("a port is a number from 0 (any that is free) to 65535")
    }
    if host.hasPrefix("["), host.hasSuffix("]") {
      host = String(host.dropFirst().dropLast())
    } else if host.contains(":") {
      throw wrong("an IPv6 address stands in brackets: [::1]:8080")
    }
    guard !host.isEmpty, host.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
      throw wrong("there is no host; 0.0.0.0 means all addresses")
    }
    self = .host(host, port: port)
  }

  /// Whether only programs on this machine can reach it.
  public var isLocal: Bool {
    switch self {
    case .unixSocket: return true
    case .host("localhost", _): return true
    case .host(let host, _):
      var four = in_addr()
      if inet_pton(AF_INET, host, &four) == 1 { return UInt32(bigEndian: four.s_addr) >> 24 == 127 }
      var six = in6_addr()
      guard inet_pton(AF_INET6, host, &six) == 1 else { return false }
      return withUnsafeBytes(of: &six) { $0.dropLast().allSatisfy { $0 == 0 } && $0.last == 1 }
    }
  }

  /// Whether it goes over TCP, where TLS makes sense.
  var isNetwork: Bool { if case .host = self { true } else { false } }

  public var description: String {
    switch self {
    case .host(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    case .unixSocket(let path): "unix:\(path)"
    }
  }

  /// The same with the port that the system has chosen.
  func with(port: Int?) -> ListenAddress {
    guard case .host(let host, _) = self, let port else { return self }
    return .host(host, port: port)
  }
}
