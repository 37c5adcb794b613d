import Foundation

/// What the first line of a request names: a path and a query.
struct RequestTarget: Sendable, Equatable {
  /// Its parts between slashes, decoded; `nil`: it cannot be decoded.
  let parts: [String]?
  /// The values of the query by their names; of a name that stands twice the last.
  let query: [String: String]
  /// As it came, without the query.
  let path: String

  init(_ target: String) {
    var rest = Substring(target)
    // A proxy may send a whole URL.
    if !rest.hasPrefix("/"), let scheme = rest.range(of: "://") {
      let behind = rest[scheme.upperBound...]
      rest = behind.firstIndex(of: "/").map { behind[$0...] } ?? "/"
    }
    let pieces = rest.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    path = String(pieces.first ?? "/")
    let found = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map {
      String($0).removingPercentEncoding
    }
    parts = found.contains { $0 == nil } ? nil : found.compactMap(\.self)
    var query: [String: String] = [:]
    for pair in pieces.dropFirst().first?.split(separator: "&") ?? [] {
      let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map {
        String($0).replacingOccurrences(of: "+", with: " ").removingPercentEncoding ?? ""
      }
      if let name = sides.first, !name.isEmpty { query[name] = sides.dropFirst().first ?? "" }
    }
    self.query = query
  }
}
