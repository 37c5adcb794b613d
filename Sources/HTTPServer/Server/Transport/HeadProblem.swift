import Foundation
import NIOHTTP1

/// Why a request is refused by its head alone, whatever it asks for: somebody who read it before this server, a proxy or a browser, might have
/// found another host, another end or another site in it (RFC 9110, RFC 9112).
enum HeadProblem: Error, Equatable {
  case noHost
  /// There may be one header of this name.
  case several(String)
  case invalidHost
  /// Its target is a URL, and none of HTTP, or of no host.
  case invalidTarget
  /// Its body is transferred in this way, which nobody here reads.
  case coding(String)
  /// The same by a version of HTTP that knows none.
  case codingOfOlder
  /// It expects this of the server, which knows nothing of it.
  case expectation(String)

  /// What is wrong with the headers of a request; `nil`: nothing is.
  init?(_ head: HTTPRequestHead) {
    let problem =
      Self.ofHost(head) ?? Self.ofSite(head.headers) ?? Self.ofCoding(head) ?? Self.ofExpectation(head)
    guard let problem else { return nil }
    self = problem
  }

  private static func ofHost(_ head: HTTPRequestHead) -> HeadProblem? {
    let hosts = head.headers["host"]
    switch hosts.count {
    // HTTP/1.0 does not know the header.
    case 0: return head.version == .http1_1 ? .noHost : nil
    case 1: return isHost(hosts[0]) ? nil : .invalidHost
    default: return .several("host")
    }
  }

  /// Whether a text consists of what may stand in a name, an address or a port (RFC 3986).
  static func isHost(_ text: some StringProtocol) -> Bool {
    text.utf8.allSatisfy { (0x21...0x7E).contains($0) && !"\"#/<>?@\\^`{|}".utf8.contains($0) }
  }

  /// Browsers say once for whom they ask. Of two such words one would count, and a page might have put in the other.
  private static func ofSite(_ headers: HTTPHeaders) -> HeadProblem? {
    ["origin", "sec-fetch-site"].first { headers[$0].count > 1 }.map { .several($0) }
  }

  /// What is beside a `content-length`, or does not end in chunks, the decoder refuses.
  private static func ofCoding(_ head: HTTPRequestHead) -> HeadProblem? {
    let codings = head.headers["transfer-encoding"]
    guard !codings.isEmpty else { return nil }
    guard head.version == .http1_1 else { return .codingOfOlder }
    // Letters of ASCII alone have another case here.
    let isChunked =
      codings.count == 1
      && codings[0].trimmingCharacters(in: .whitespaces).utf8.elementsEqual("chunked".utf8) { $0 | 0x20 == $1 }
    return isChunked ? nil : .coding(codings.joined(separator: ", "))
  }

  /// HTTP/1.0 knows no expectations: there the header means nothing.
  private static func ofExpectation(_ head: HTTPRequestHead) -> HeadProblem? {
    guard head.version == .http1_1 else { return nil }
    return head.headers[canonicalForm: "expect"].first { $0.lowercased() != "100-continue" }.map {
      .expectation(String($0))
    }
  }
}
