import Files
import Foundation
import HTTPTypes
import HummingbirdCore

/// Where no key is asked for, anything on this machine may ask; a page of another site, in a browser on this machine, may not. Browsers say
/// for whom they ask.
enum LocalRequest {
  /// - Throws: `APIError` of status 403.
  static func requireNoOtherSite(_ scope: RequestScope) throws {
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
    if let origin = scope.header("origin"), let host = URL(string: origin)?.host, !isLocal(host) {
      throw refuse("this request comes from a page of another site")
    }
    if let site = scope.header("sec-fetch-site"), site.lowercased() == "cross-site" {
      throw refuse("this request comes from a page of another site")
    }
  }

  /// Whether a host, with or without a port, is this machine by its own name.
  static func isLocal(_ authority: String) -> Bool {
    var host = authority.lowercased()
    if host.hasPrefix("["), let end = host.firstIndex(of: "]") {
      host = String(host[host.index(after: host.startIndex)..<end])
    } else if let colon = host.lastIndex(of: ":"), host.firstIndex(of: ":") == colon {
      host = String(host[..<colon])
    }
    return host.hasSameCodePoints(as: "localhost") || ListenAddress.host(host, port: 0).isLocal
  }
}
