import Foundation

/// A request's target that is a whole URL: clients send it to proxies, and a server has to take it, too (RFC 9112, 3.2.2).
struct AbsoluteTarget: Equatable {
  /// The host, with its port if one was named.
  let authority: String
  /// Path and query, as in a request that names no host there.
  let path: String

  /// - Parameter target: As it came. `nil`: it is no URL.
  /// - Throws: ``HeadProblem/invalidTarget``.
  init?(_ target: String) throws(HeadProblem) {
    guard !target.hasPrefix("/"), let mark = target.range(of: "://") else { return nil }
    guard ["http", "https"].contains(target[..<mark.lowerBound].lowercased()) else { throw .invalidTarget }
    let rest = target[mark.upperBound...]
    let end = rest.firstIndex { "/?#".contains($0) } ?? rest.endIndex
    let authority = rest[..<end]
    // Who is named before the host with an @ is nobody whom HTTP knows; tricks are played with it.
    guard let first = authority.first, first != ":", HeadProblem.isHost(authority) else { throw .invalidTarget }
    self.authority = String(authority)
    let path = rest[end...].prefix { $0 != "#" }
    self.path = path.hasPrefix("/") ? String(path) : "/\(path)"
  }
}
