import Files
import Foundation
import HTTPTypes
import HummingbirdCore

/// Where no key is asked for, anything on this machine may ask; a page of another site, in a browser on this machine, may not. Browsers say
/// for whom they ask.
enum LocalRequest {
  /// - Parameters:
  ///   - scope: The request.
  ///   - isForm: Whether it is the page's own, where a token says whose it is: browsers send `null` with the forms of a page that asks them
  ///     to send no referrer, as ours does.
  /// - Throws: `APIError` of status 403.
  static func requireNoOtherSite(_ scope: RequestScope, isForm: Bool = false) throws {
    func refuse(_ what: String) -> APIError {
      APIError(
        .scopeMissing,
        "A server without keys answers programs of this machine, and \(what). Use 127.0.0.1 or localhost, or start it with --keys."
      )
    }
    // A name of another site may lead here (DNS rebinding); ours are the machine's own.
    if let authority = scope.request.head.authority, !authority.isEmpty, !isLocal(authority) {
      throw refuse("this request names another host")
    }
    for origin in origins(scope) where !isOwn(origin: origin) && !(isForm && origin.hasSameCodePoints(as: "null")) {
      throw refuse("this request comes from a page of another site")
    }
    // One that says something else, or several things, is none that we know.
    if let site = scope.header("sec-fetch-site"), !ownSites.contains(site.lowercased()) {
      throw refuse("this request comes from a page of another site")
    }
  }

  /// Words of a browser that does not ask for another site. Of names of one site the origin says which.
  private static let ownSites: Set = ["same-origin", "same-site", "none"]

  private static func origins(_ scope: RequestScope) -> [String] {
    HTTPField.Name("origin").map { scope.request.headers[values: $0] } ?? []
  }

  /// Whether a browser means a page of this machine. What it shows of a page without an address, `null`, is none: any site can make one.
  static func isOwn(origin: String) -> Bool {
    guard let scheme = origin.range(of: "://"), scheme.lowerBound > origin.startIndex else { return false }
    return isLocal(String(origin[scheme.upperBound...]))
  }

  /// Whether a host, with or without a port, is this machine by its own name.
  static func isLocal(_ authority: String) -> Bool {
    var host = Substring(authority.lowercased())
    // In brackets stand addresses with colons of their own.
    if let colon = host.lastIndex(of: ":"), !host.hasSuffix("]"),
      host.hasPrefix("[") || host.firstIndex(of: ":") == colon
    {
      // `localhost:1@evil.example` is another host.
      guard host[host.index(after: colon)...].utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return false }
      host = host[..<colon]
    }
    if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
    let name = String(host)
    return name.hasSameCodePoints(as: "localhost") || ListenAddress.host(name, port: 0).isLocal
  }
}
