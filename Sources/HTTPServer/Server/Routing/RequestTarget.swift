import Files
import Foundation

/// What the first line of a request names: a path and a query. A whole URL has become one before (``AbsoluteTarget``).
struct RequestTarget: Sendable, Equatable {
  /// Its parts between slashes, decoded; `nil`: it cannot be decoded.
  let parts: [String]?
  /// The values of the query by their names; of a name that stands twice the last.
  let query: [String: String]
  /// As it came, without the query.
  let path: String

  init(_ target: String) {
    let pieces = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
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

  /// A switch of the query: 1 or 0.
  ///
  /// - Parameters:
  ///   - name: The switch.
  ///   - usual: What it is where the query has it not.
  /// - Throws: `APIError`: what is neither would be taken for one of them.
  func isSet(_ name: String, usual: Bool = false) throws(APIError) -> Bool {
    guard let value = query[name] else { return usual }
    guard let choice = ["0", "1"].firstIndex(where: { $0.hasSameCodePoints(as: value) }) else {
      throw APIError(
        .invalidValue,
        "`\(name)` of the address: expected 0 or 1, got \(SafeText.quoted(value)). Correct it, or leave it out.",
        param: name)
    }
    return choice == 1
  }
}
